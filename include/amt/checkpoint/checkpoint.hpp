// Checkpoints: folders that appear either complete or not at all, list their files with hashes, and
// are verified before use. Format: docs/formats.md. All calls are local: one rank writes and reads
// for all.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "amt/checkpoint/options.hpp"
#include "amt/checkpoint/training_state.hpp"
#include "amt/model/config.hpp"
#include "amt/model/parameter_layout.hpp"
#include "amt/run/paths.hpp"

namespace amt {

/// The contents of a checkpoint in host memory; each vector has layout.total() floats, except that
/// `average` is empty if the run keeps none.
struct Checkpoint {
  TrainingState state;
  std::vector<float> parameters;
  std::vector<float> first_moment;
  std::vector<float> second_moment;
  std::vector<float> average;  ///< of the weights (trainer.average)
};

enum class Keep : std::uint8_t {
  kRolling,    ///< removed once there are `keep_last` newer rolling checkpoints
  kPermanent,  ///< never removed
};

/// Writes and syncs step-N.partial/ and renames it to step-N/ (an existing folder of that name is
/// exchanged for it and then removed). Then points `latest` and, if it `is_best`, `best` to it, and
/// finally removes rolling checkpoints that are no longer needed. The `keep_last` newest rolling
/// ones are kept, so that there is a fallback if the last is damaged, and so are those that `best`
/// and `verified` point to. An error before the rename leaves nothing of step-N, and no error
/// affects earlier checkpoints.
void save_checkpoint(const RunPaths& paths, const ModelConfig& config,
                     const ParameterLayout& layout, const Checkpoint& checkpoint, Keep keep,
                     bool is_best = false,
                     std::int64_t keep_last = CheckpointerOptions{}.keep_last);

/// Returns the step in the file `best`, or nothing if there is no such file or its contents are
/// invalid.
std::optional<std::int64_t> best_step(const RunPaths& paths);

/// Points `best` to the checkpoint of this step. Removes the file if `step` is 0 or has no
/// checkpoint.
void name_best(const RunPaths& paths, std::int64_t step);

/// Returns the step in the file `verified`, or nothing if it does not exist or is invalid.
std::optional<std::int64_t> verified_step(const RunPaths& paths);

/// Points `verified` to the checkpoint of this step, which is then kept even if it is an old
/// rolling one. Removes the file if `step` is 0 or has no checkpoint.
void name_verified(const RunPaths& paths, std::int64_t step);

/// Renames the checkpoints of steps after `step` to step-N.suspect, so that nothing uses them, and
/// points `latest` to the newest remaining one. Removes `best` if it pointed to one of them.
void set_aside_after(const RunPaths& paths, std::int64_t step);

/// Describes the damage of a checkpoint folder, phrased to follow its name; "" if every file has
/// the recorded size and hash, and all belong to the same step. Reads all files. An Error does not
/// imply damage: a file cannot be read (permissions, a failing disk), or was written by a newer
/// version of this program.
std::string checkpoint_damage(const std::filesystem::path& folder);

/// Returns the step of the newest checkpoint that is not damaged, or nothing if there are no
/// checkpoints. `use`, if given, reads it; if it throws an Error other than UsageError and
/// SystemError, the checkpoint counts as damaged, too. Damaged checkpoints are skipped with a
/// warning. Throws an Error that lists each with the reason if none can be used, or if a newer one
/// cannot be read: that is not damage, so an older checkpoint must not silently take its place.
std::optional<std::int64_t> find_checkpoint(
    const RunPaths& paths, const std::function<void(const std::filesystem::path&)>& use = {});

/// Returns "the last good checkpoint is FOLDER" or, if there is none, says so; used in the error
/// message that ends a run. Reads the checkpoint; does not throw.
std::string describe_last_checkpoint(const RunPaths& paths) noexcept;

/// Returns the steps that have a checkpoint folder, damaged or not, newest first; empty if the run
/// has no checkpoints. Throws an Error if their parent folder cannot be read.
std::vector<std::int64_t> checkpoint_steps(const RunPaths& paths);

/// Removes the leftovers of interrupted saves and other writes from the run's folder, and restores
/// folders that had been moved aside.
void clear_interrupted_saves(const RunPaths& paths);

/// Reads a checkpoint. Throws an Error naming the file if it does not fit the model or contains
/// values that training never produces: non-finite values or negative second moments.
Checkpoint load_checkpoint(const std::filesystem::path& folder, const ModelConfig& config);

/// Returns the model folder that a user's path refers to: `path` itself, the newest intact
/// checkpoint if it is a run's folder, or the checkpoint that RUN/checkpoints/best or .../latest
/// points to. Verifies checkpoints. Throws an Error that describes what was expected.
std::filesystem::path find_model(const std::filesystem::path& path);

}  // namespace amt
