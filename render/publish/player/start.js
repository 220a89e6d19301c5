// Unpacks the page's data, which hold the player, too, and starts it.
{
  const host = document.currentScript.parentElement;
  const text = host.querySelector("script[type='application/x-eigenreel']").textContent;
  const bytes = Uint8Array.from(atob(text.trim()), letter => letter.charCodeAt(0));
  new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).json().then(page => {
    host.eigenreel = page;
    const script = document.createElement("script");
    // Some sites let no text become a program unless somebody answers for it.
    let policy;
    try { policy = self.trustedTypes?.createPolicy("eigenreel", { createScript: text => text }); } catch { /* Others need none. */ }
    script.textContent = policy ? policy.createScript(page.player) : page.player;
    host.append(script);
  });
}
