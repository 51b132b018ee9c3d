// The paths of all files that a training run writes.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "amt/weights/model_paths.hpp"

namespace amt {

/// Returns whether something with this name exists. Throws SystemError if that is unknown: a
/// missing permission does not mean that nothing exists.
bool is_there(const std::filesystem::path& path);

/// The folder of one run (trainer.run_dir).
class RunPaths {
 public:
  explicit RunPaths(std::filesystem::path run) : run_(std::move(run)) {}

  const std::filesystem::path& run() const { return run_; }
  std::filesystem::path config() const { return run_ / "config.ini"; }
  std::filesystem::path metrics() const { return run_ / "metrics.jsonl"; }
  std::filesystem::path facts() const { return run_ / "run.json"; }
  /// The devices' choices of algorithms (AlgorithmChoice), if they have any.
  std::filesystem::path algorithms() const { return run_ / "algorithms.json"; }
  std::filesystem::path report() const { return run_ / "report.html"; }
  /// Folder of TensorBoard's files.
  std::filesystem::path tensorboard() const { return run_ / "tensorboard"; }
  /// Folder of the music that the run generates.
  std::filesystem::path samples() const { return run_ / "samples"; }
  std::filesystem::path sample(std::int64_t step) const {
    return samples() / (step_name(step) + ".mid");
  }
  std::filesystem::path checkpoints() const { return run_ / "checkpoints"; }
  /// Lists the hosts that computed wrong numbers, one per line.
  std::filesystem::path suspect_hosts() const { return run_ / "suspect-hosts"; }
  /// Identifies the process that trains here, while there is one.
  std::filesystem::path in_use() const { return run_ / "in-use"; }
  /// Contains the name of the newest complete checkpoint's folder.
  std::filesystem::path latest() const { return checkpoints() / "latest"; }
  /// Contains the name of the checkpoint with the lowest validation loss, if the run keeps it.
  std::filesystem::path best() const { return checkpoints() / "best"; }
  /// Contains the name of the newest checkpoint that a gradient check has confirmed.
  std::filesystem::path verified() const { return checkpoints() / "verified"; }
  std::filesystem::path step(std::int64_t step) const { return checkpoints() / step_name(step); }
  /// A checkpoint that is being written; never read.
  std::filesystem::path partial(std::int64_t step) const {
    return checkpoints() / (step_name(step) + kPartial);
  }

  static constexpr const char* kPartial = ".partial";
  static constexpr const char* kSuspect = ".suspect";
  static std::string step_name(std::int64_t step);  ///< "step-000123"
  /// Returns 123 for "step-000123"; nullopt for any other name, including "step-000123.partial".
  static std::optional<std::int64_t> step_of(const std::string& name);

 private:
  std::filesystem::path run_;
};

/// The files in a checkpoint folder: a model that Hugging Face can read, and the state for
/// training.
struct CheckpointPaths : ModelPaths {
  std::filesystem::path optimizer() const { return folder / "optimizer.h5"; }
  std::filesystem::path state() const { return folder / "state.json"; }
  std::filesystem::path manifest() const { return folder / "checkpoint.json"; }
  /// Returns the model folder for the average of the weights inside a checkpoint, which may lack
  /// it.
  ModelPaths average() const { return {folder / "average"}; }
};

}  // namespace amt
