// amt prepare
#include <iostream>

#include "amt/cli/command_line.hpp"
#include "amt/cli/runtime.hpp"
#include "amt/prepare/job.hpp"

namespace amt {

int run_prepare(Runtime& runtime, std::span<const std::string> args) {
  PrepareOptions options;
  OptionTable table;
  options.describe(table);
  const CommandLine line = {
      "prepare",
      "Turns a tree of MIDI files into a shuffled dataset of tokens, on any number of MPI ranks.",
      {{"CORPUS",
        "folder with .mid and .midi files, in any layout, or a .tar, .tar.gz or .zip of one",
        &options.corpus},
       {"DATASET", "folder to make", &options.dataset}},
      &table};
  if (!parse_command_line(line, args)) return 0;
  options.validate_given(table);
  options.validate();
  if (options.dry_run) {
    std::cout << describe_preparation(options);
    return 0;
  }
  const mpi::Communicator& world = runtime.start_mpi(options.watchdog, configuration_text(line));
  const std::string summary = prepare_dataset(world, options);
  if (world.rank() == 0) std::cout << summary << std::flush;
  return 0;
}

}  // namespace amt
