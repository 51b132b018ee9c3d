#include "amt/base/error.hpp"
#include "amt/generate/job.hpp"

namespace amt {

void GenerationOptions::register_options(OptionTable& table) {
  table.add("prompt", &prompt,
            "MIDI file to continue or accompany; without one, the piece starts from scratch");
  table.add("from", &from,
            "where in the prompt the new music begins, in seconds or as 1:30; default: at its end, "
            "or at its start with --keep");
  table.add("seconds", &seconds,
            "length of the new music; default: 20 s, or up to the prompt's end with --keep");
  table.add("hole", &hole, "FROM-TO: replace the prompt's music between these times");
  table.add("keep", &keep,
            "instruments of the prompt to keep and accompany: General MIDI names, program numbers "
            "from 0, or drums, separated by commas");
  table.add("mode", &mode,
            "when the model sees the kept notes of the prompt (anticipatory: 5 s before they "
            "occur; autoregressive: when they occur)");
  table.add("window", &window,
            "which part of a piece longer than the model's context is used (exact: always the "
            "newest, as in the reference; block: the oldest quarter is dropped in one step, which "
            "is many times faster)");
  table.add("count", &count, "number of pieces, divided among the ranks");
  table.add("batch", &batch, "pieces generated at a time on each rank");
  table.add("seed", &seed, "random seed; a different seed gives different pieces");
  table.add(
      "top_p", &top_p,
      "sample only from the smallest set of most likely tokens with a total probability above X");
  table.add(
      "temperature", &temperature,
      "sampling temperature; below 1: more predictable music; above 1: less predictable music");
  table.add("save_events", &save_events,
            "also write the events as text, one per line: onset and duration in units of 10 ms, "
            "pitch and instrument");
  table.add("svg", &svg, "also draw the piece as a piano roll in this SVG file");
  table.add_flag("stream", &stream,
                 "print each new note as soon as it is sampled, in the format of --save_events");
  device.register_options(table);
  table.add_customary("count", {"num_samples", "n", "num_return_sequences"});
  table.add_customary("seconds", {"length", "duration", "max_length"});
  table.add_customary("prompt", {"input", "midi"});
}

void GenerationOptions::validate() const {
  require_option(count >= 1 && count <= 10000, "count", count, "be from 1 to 10000");
  require_option(batch >= 1 && batch <= 1024, "batch", batch, "be from 1 to 1024");
  require_option(top_p > 0 && top_p <= 1, "top_p", top_p, "be above 0 and at most 1");
  require_option(temperature > 0 && temperature <= 100, "temperature", temperature,
                 "be above 0 and at most 100");
  device.validate();
  if (stream && count > 1) throw UsageError("--stream prints a single piece: omit --count");
  if (!prompt.empty()) return;
  for (const auto& [name, value] : {std::pair("from", from), {"hole", hole}, {"keep", keep}}) {
    if (!value.empty()) throw UsageError(fmt::format("--{} needs a --prompt", name));
  }
}

}  // namespace amt
