#include "amt/base/error.hpp"
#include "amt/generate/job.hpp"

namespace amt {

void GenerationOptions::register_options(OptionTable& table) {
  table.add("prompt", &prompt,
            "a MIDI file to begin with; without one, the music begins with nothing");
  table.add("from", &from,
            "where in the prompt the new music begins, in seconds or as 1:30; by default its end, "
            "with --keep its start");
  table.add("seconds", &seconds,
            "length of the new music; 20 by default, with --keep up to the prompt's end");
  table.add("hole", &hole, "FROM-TO: replace what the prompt has between these times");
  table.add("keep", &keep,
            "instruments that stay as they are and are accompanied: names of General MIDI, numbers "
            "from 0, or drums, with commas between them");
  table.add("mode", &mode, "anticipatory: the model sees 5 s ahead what stays of the prompt");
  table.add("window", &window,
            "if a piece outgrows the model's context, see exactly the newest part, as the "
            "reference does, or drop a quarter at once, which is many times faster");
  table.add("count", &count, "number of pieces, shared among the ranks");
  table.add("batch", &batch, "pieces that a rank generates at a time");
  table.add("seed", &seed, "another seed gives other pieces");
  table.add("top_p", &top_p,
            "draw only from the likeliest tokens that together exceed this probability");
  table.add("temperature", &temperature, "below 1 more likely music, above 1 less likely");
  table.add("save_events", &save_events,
            "also write the events as text: a line each with onset and duration in units of 10 ms, "
            "pitch and instrument");
  table.add("svg", &svg, "also draw the piece: a piano roll, as SVG");
  table.add_flag("stream", &stream,
                 "print each new note as soon as it is drawn, a line as --save_events has it");
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
  if (stream && count > 1) throw UsageError("--stream prints one piece: leave --count out");
  if (!prompt.empty()) return;
  for (const auto& [name, value] : {std::pair("from", from), {"hole", hole}, {"keep", keep}}) {
    if (!value.empty()) throw UsageError(fmt::format("--{} needs a --prompt", name));
  }
}

}  // namespace amt
