// amt generate
#include "amt/base/error.hpp"
#include "amt/generate/job.hpp"
#include "command_line.hpp"
#include "runtime.hpp"

namespace amt {

ExitCode run_generate(Runtime& runtime, std::span<const std::string> args) {
  GenerationOptions options;
  OptionTable table;
  options.register_options(table);
  CommandLine line;
  line.command = "generate";
  line.summary =
      "Generates music with a model: from scratch, or to continue, accompany or fill in a MIDI "
      "file.";
  line.positionals = {
      {"MODEL", "folder of a checkpoint, of a run, or of a Hugging Face model", &options.model},
      {"OUT", "MIDI file to write; with --count, the files are OUT-1.mid, OUT-2.mid, ...",
       &options.out}};
  line.table = &table;
  if (!parse_command_line(line, args)) return ExitCode::kDone;
  options.validate();
  generate_music(runtime.start_mpi(options.device.watchdog, configuration_text(line)), options);
  return ExitCode::kDone;
}

}  // namespace amt
