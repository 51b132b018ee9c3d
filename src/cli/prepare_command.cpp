// amt prepare
#include <iostream>

#include "amt/base/error.hpp"
#include "amt/prepare/job.hpp"
#include "command_line.hpp"
#include "dry_ranks.hpp"
#include "runtime.hpp"

namespace amt {

ExitCode run_prepare(Runtime& runtime, std::span<const std::string> args) {
  PrepareOptions options;
  OptionTable table;
  options.register_options(table);
  table.add("ranks", &options.ranks, kDryRanksHelp);
  const CommandLine line = {
      "prepare",
      "Turns a tree of MIDI files into a shuffled dataset of tokens, on any number of MPI ranks.",
      {{"CORPUS",
        "folder of .mid and .midi files in any layout, or a .tar, .tar.gz or .zip of such a folder",
        &options.corpus},
       {"DATASET", "folder to create", &options.dataset}},
      &table};
  if (!parse_command_line(line, args)) return ExitCode::kDone;
  options.validate_given(table);
  options.validate();
  const int ranks = dry_run_ranks(options.dry_run, options.ranks);
  if (options.dry_run && !launched_with_others()) {
    std::cout << describe_preparation(options, ranks);
    return ExitCode::kDone;
  }
  const mpi::Communicator& world = runtime.start_mpi(options.watchdog, configuration_text(line));
  const std::string text =
      options.dry_run ? describe_preparation(options, world) : prepare_dataset(world, options);
  if (world.rank() == 0) std::cout << text << std::flush;
  return ExitCode::kDone;
}

}  // namespace amt
