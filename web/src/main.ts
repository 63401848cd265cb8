const response = await fetch("api/v1/status");
document.title = response.ok ? "Tunnel Monitor" : "Tunnel Monitor, no answer";
