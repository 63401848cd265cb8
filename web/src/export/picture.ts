/** A picture file from a drawing one: each px of the page is two of it. */

const SCALE = 2;

/** @param svg a file of its own, see standalone.ts. */
export async function pngOf(svg: string): Promise<Blob> {
  const image = new Image();
  // The page's policy for content allows images from no other address than this kind.
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = image.naturalWidth * SCALE;
  canvas.height = image.naturalHeight * SCALE;
  const context = canvas.getContext("2d");
  if (context === null) throw new Error("this browser has no canvas to draw on");
  context.scale(SCALE, SCALE);
  context.drawImage(image, 0, 0);
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => {
      if (blob) resolve(blob);
      else reject(new Error("this browser cannot make a PNG of that size"));
    }, "image/png");
  });
}
