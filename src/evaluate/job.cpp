#include "amt/evaluate/job.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <iostream>
#include <optional>
#include <utility>

#include "amt/base/error.hpp"
#include "amt/checkpoint/checkpoint.hpp"
#include "amt/dataset/same_dataset.hpp"
#include "amt/mpi/run_on_all.hpp"
#include "amt/process/log.hpp"
#include "amt/process/signals.hpp"
#include "amt/resources/rank_device.hpp"
#include "evaluator.hpp"
#include "table.hpp"

namespace amt {
namespace {

namespace fs = std::filesystem;

/// Returns all checkpoints of a run, oldest first, without verifying them.
std::vector<fs::path> all_checkpoints(const std::string& folder) {
  const RunPaths run(folder);
  std::vector<fs::path> folders;
  for (const std::int64_t step : checkpoint_steps(run)) folders.push_back(run.step(step));
  if (folders.empty()) {
    throw UsageError(fmt::format("--all needs the folder of a run: there are no checkpoints in {}",
                                 run.checkpoints().string()));
  }
  std::ranges::reverse(folders);
  return folders;
}

/// Rank 0 looks for the folders, so that all ranks use the same ones. A single one is verified.
std::vector<fs::path> agree_on_folders(const EvaluationOptions& options,
                                       const mpi::Communicator& world) {
  std::string joined;  // each followed by a zero byte
  mpi::run_on_all(world, [&] {
    if (world.rank() != 0) return;
    const std::vector<fs::path> found = options.all ? all_checkpoints(options.checkpoint)
                                                    : std::vector{find_model(options.checkpoint)};
    for (const fs::path& folder : found) joined += folder.string() + '\0';
  });
  world.broadcast(joined, 0);
  std::vector<fs::path> folders;
  for (std::size_t at = 0; at < joined.size(); at = joined.find('\0', at) + 1) {
    folders.emplace_back(joined.c_str() + at);
  }
  return folders;
}

/// Flushes every line, because evaluating all checkpoints of a long run takes hours.
void print_csv(const std::string& line) { std::cout << line << std::flush; }

/// Verifies a checkpoint's hashes on rank 0, just before it is evaluated. Throws a CollectiveError,
/// phrased to follow "which", if it is damaged or cannot be read.
void load_verified(Evaluator& evaluator, const fs::path& folder, const mpi::Communicator& world) {
  mpi::run_on_all(world, [&] {
    if (world.rank() != 0) return;
    std::string damage;
    try {
      damage = checkpoint_damage(folder);
    } catch (const Error& error) {
      throw Error(fmt::format("cannot be read: {}", error.what()));
    }
    if (!damage.empty()) throw Error("is damaged: " + damage);
  });
  try {
    evaluator.load(folder);
  } catch (const mpi::CollectiveError& error) {
    if (error.code() == ExitCode::kUsage) throw;  // the dataset does not fit this run
    throw mpi::CollectiveError(fmt::format("cannot be used: {}", error.what()));
  }
}

/// Describes the problem with a loss, phrased to follow "which"; "" if there is none.
std::string problem_of(const EvaluationRecord& record) {
  if (std::isfinite(record.metrics.loss)) return "";
  return fmt::format(
      "has a loss that is not finite on the {} split ({:.6g}): its training has diverged; take an "
      "older checkpoint, or train again with a lower --trainer.learning_rate",
      split_name(record.split), record.metrics.loss);
}

/// Must be called after all checks, so that an error is the only line of output. Collective.
void announce(const Device& device, const Evaluator& evaluator, const mpi::Communicator& world) {
  prepare_attention(device, evaluator.attention(), false, world);
  log_info(fmt::format("on {}{}{}", device.ops->description(), device.remark.empty() ? "" : "; ",
                       device.remark));
}

void evaluate_one(Evaluator& evaluator, const Device& device, const EvaluationRows& rows, bool csv,
                  const fs::path& folder, const mpi::Communicator& world) {
  evaluator.load(folder);
  announce(device, evaluator, world);
  const EvaluationRecord record = evaluator.evaluate();
  const std::string problem = problem_of(record);
  if (!problem.empty()) {
    throw mpi::CollectiveError(fmt::format("{} {}", record.folder.string(), problem));
  }
  if (world.rank() != 0) return;
  if (csv) return print_csv(evaluation_csv_header() + to_csv(record));
  std::cout << evaluation_table(record, rows.manifest, evaluator.layout());
}

/// Continues after a checkpoint that cannot be evaluated, and throws a CollectiveError at the end
/// if there was one.
void evaluate_all(Evaluator& evaluator, const Device& device, const std::vector<fs::path>& folders,
                  const mpi::Communicator& world) {
  std::size_t left_out = 0;
  bool announced = false;
  const auto leave_out = [&](const fs::path& folder, const std::string& why) {
    ++left_out;
    if (world.rank() != 0) return;
    log_warning(fmt::format("left out {}, which {}", folder.string(), why));
  };
  for (const fs::path& folder : folders) {
    try {
      load_verified(evaluator, folder, world);
    } catch (const mpi::CollectiveError& error) {
      if (error.code() == ExitCode::kUsage) throw;
      leave_out(folder, error.what());
      continue;
    }
    if (!std::exchange(announced, true)) announce(device, evaluator, world);
    const EvaluationRecord record = evaluator.evaluate();
    const std::string problem = problem_of(record);
    if (!problem.empty()) {
      leave_out(folder, problem);
    } else if (world.rank() == 0) {
      print_csv(to_csv(record));
    }
  }
  if (left_out == 0) return;
  throw mpi::CollectiveError(fmt::format(
      "{} of {} checkpoints are damaged or unusable and were left out", left_out, folders.size()));
}

}  // namespace

void evaluate_checkpoints(const mpi::Communicator& world, const EvaluationOptions& options) {
  install_stop_handlers();  // before any computing threads are started
  const std::vector<fs::path> folders = agree_on_folders(options, world);
  std::optional<EvaluationRows> rows;
  mpi::run_on_all(world, [&] {
    rows.emplace(options.dataset, options.split, RowSelection{options.subsample, 0});
  });
  require_same_dataset(rows->manifest, world);
  const Device device = open_rank_device(options.device.wishes(), world);
  Evaluator evaluator(*rows, options.batch, options.device.weights, world, *device.ops,
                      *device.reducer);
  if (options.all) {
    if (world.rank() == 0) print_csv(evaluation_csv_header());
    evaluate_all(evaluator, device, folders, world);
    return;
  }
  evaluate_one(evaluator, device, *rows, options.csv, folders.front(), world);
}

}  // namespace amt
