// amt train
#include <cstdlib>
#include <iostream>
#include <optional>

#include "amt/base/error.hpp"
#include "amt/train/job.hpp"
#include "amt/train/sweep.hpp"
#include "command_line.hpp"
#include "dry_ranks.hpp"
#include "run_name.hpp"
#include "runtime.hpp"
#include "version.hpp"

namespace amt {
namespace {

ExitCode print_plan(const std::string& text) {
  std::cout << text;
  return ExitCode::kDone;
}

}  // namespace

ExitCode run_train(Runtime& runtime, std::span<const std::string> args) {
  TrainConfiguration config;
  StartWords start;
  bool only_plan = false;
  std::optional<std::uint64_t> asked, branch;
  std::string sweep_words;
  OptionTable table;
  config.register_options(table);
  table.add(
      "trainer.take_over", &start.take_over,
      "resume even if run_dir was last used by a job on another host; make sure that this job "
      "is no longer running");
  table.add_flag(
      "dry-run", &only_plan,
      "run all checks of a real start on these ranks and print the plan, without writing anything");
  table.add("ranks", &asked, kDryRanksHelp);
  table.add(
      "branch", &branch,
      "start a new run, RUN-from-STEP, from this step's checkpoint of a run with a constant "
      "learning rate (wsd); its learning rate falls to 0 within trainer.decay_ratio of its steps");
  table.add(
      "sweep", &sweep_words,
      "train one run for each value of an option, e.g. learning_rate=1e-3,2e-3: all of them, "
      "one after another, or in a Slurm job array only the one of this task; run_dir receives "
      "the runs' folders, and sweep.csv and sweep.html, which compare them");
  table.add_short("init", "trainer.initialize_from");
  table.add_short("device", "trainer.device");
  table.add_short("watchdog", "trainer.watchdog");
  CommandLine line;
  line.command = "train";
  line.summary =
      "Trains a model on a dataset. To resume a run, start it again with the same configuration.";
  line.table = &table;
  line.takes_config = true;
  if (!parse_command_line(line, args)) return ExitCode::kDone;
  config.trainer.run_dir = expand_run_dir(config.trainer.run_dir, table);
  config.validate();
  const bool sweeps = table.given("sweep");
  if (sweeps && (only_plan || branch)) {
    throw UsageError("--sweep cannot be given with --dry-run or --branch");
  }
  std::optional<Sweep> sweep;
  if (sweeps) {
    sweep = plan_sweep(sweep_words, std::getenv("SLURM_ARRAY_TASK_ID"), config, table);
  }
  if (branch) start.branch = plan_branch(config, static_cast<std::int64_t>(*branch));
  const int ranks = dry_run_ranks(only_plan, asked);
  if (only_plan && !launched_with_others()) {
    return print_plan(describe_training(config, table, ranks));
  }
  start.command = "amt train";
  for (const std::string& word : args) start.command += " " + word;
  start.build = build_text();
  mpi::Communicator& world = runtime.start_mpi(config.trainer.watchdog, configuration_text(line));
  if (only_plan) return print_plan(describe_training(config, table, world));
  if (sweep) return train_sweep(world, *sweep, config, table, start);
  return train_model(world, config, table, start);
}

}  // namespace amt
