// A button that records the microphone. What is heard goes to the kernel second by second, so that a long
// recording is never one large message, and can be listened to here; nothing of it is state of the widget.
const RATE = 48_000; // bits a second; speech is clear at half of it

function render({ model, el }) {
  const button = document.createElement("button");
  const said = document.createElement("output");
  const player = document.createElement("audio");
  button.type = "button";
  button.className = "jupyter-widgets jupyter-button widget-button";
  button.style.width = "auto";
  button.title = "Records the microphone of this machine until it is pressed again";
  said.style.margin = "0 8px";
  player.controls = true;
  player.title = "what was recorded";
  player.style.verticalAlign = "middle";
  player.style.maxWidth = "100%";
  el.append(button, said, player);

  let recorder = null;
  let clock = null;
  let sent = Promise.resolve(); // one message after the other: the pieces are read while others arrive
  const send = (content, piece) => {
    sent = sent
      .then(async () => model.send(content, undefined, piece ? [await piece.arrayBuffer()] : []))
      .catch((error) => show(false, `The kernel cannot be reached: ${error.message}.`));
  };

  const show = (running, words) => {
    button.textContent = running ? "Stop recording" : "Record";
    button.classList.toggle("mod-danger", running);
    player.hidden = running || !player.src;
    said.ariaLive = running ? "off" : "polite"; // seconds are not read out
    said.textContent = words;
  };

  const begin = async () => {
    if (!navigator.mediaDevices) {
      return show(false, "The browser opens the microphone to pages at https:// or localhost only.");
    }
    show(false, "Waiting for the microphone ...");
    button.disabled = true;
    let stream;
    try {
      stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    } catch (error) {
      return show(false, `The browser gave no microphone: ${error.message}.`);
    } finally {
      button.disabled = false;
    }
    const heard = [];
    recorder = new MediaRecorder(stream, { audioBitsPerSecond: RATE });
    recorder.ondataavailable = ({ data }) => {
      heard.push(data);
      send({ kind: "piece" }, data);
    };
    recorder.onstop = () => {
      clearInterval(clock);
      stream.getTracks().forEach((track) => track.stop());
      send({ kind: "end" });
      const sound = new Blob(heard, { type: recorder.mimeType });
      URL.revokeObjectURL(player.src);
      if (sound.size) player.src = URL.createObjectURL(sound);
      show(false, sound.size ? "" : "Nothing was recorded.");
    };
    send({ kind: "begin" });
    recorder.start(1000);
    const began = Date.now();
    const tick = () => show(true, `${Math.floor((Date.now() - began) / 1000)} s`);
    tick();
    clock = setInterval(tick, 1000);
  };

  const recording = () => recorder?.state === "recording";
  const end = () => recording() && recorder.stop();
  button.onclick = () => (recording() ? end() : begin());
  show(false, "");
  model.on("comm_live_update", end); // the kernel has gone
  return () => {
    model.off("comm_live_update", end);
    end(); // taken off the page, it lets the microphone go
  };
}

export default { render };
