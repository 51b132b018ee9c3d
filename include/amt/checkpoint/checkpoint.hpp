// Checkpoints: folders that appear at once or not at all, list their files with hashes, and are
// verified before they are used. Format: docs/formats.md. All calls are local:
// one rank writes and reads for all.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "amt/checkpoint/training_state.hpp"
#include "amt/model/config.hpp"
#include "amt/model/parameter_layout.hpp"
#include "amt/run/paths.hpp"

namespace amt {

/// What a checkpoint holds, in host memory; each vector has layout.total() floats.
struct Checkpoint {
  TrainingState state;
  std::vector<float> parameters;
  std::vector<float> first_moment;
  std::vector<float> second_moment;
};

enum class Keep : std::uint8_t {
  kRolling,    ///< removed once there are two newer rolling ones
  kPermanent,  ///< stays
};

/// Writes step-N.partial/, fsyncs, gives it the name step-N/ (what has it already is exchanged for
/// it and removed then), points `latest` and, if it `is_best`, `best` to it, and only then
/// removes rolling checkpoints that are no longer needed. The two newest rolling ones are kept, so
/// that there is something to go back to if the last is damaged, and so does the one that `best`
/// names. An error before the rename leaves nothing of step-N, and every error leaves the
/// checkpoints before it as they were.
void save_checkpoint(const RunPaths& paths, const ModelConfig& config,
                     const ParameterLayout& layout, const Checkpoint& checkpoint, Keep keep,
                     bool is_best = false);

/// The step that `best` names; nothing if there is no such file, or no valid name in it.
std::optional<std::int64_t> best_step(const RunPaths& paths);

/// Lets `best` name the checkpoint of this step. Removes it if `step` is 0 or has no checkpoint.
void name_best(const RunPaths& paths, std::int64_t step);

/// What is wrong with a checkpoint folder, in a few words that follow its name; empty if every file
/// is there with the recorded size and hash, and all tell of the same step. Reads all of it. An
/// Error says nothing of damage: a file cannot be read (rights, a disk that fails), or it was
/// written by a newer version of this program.
std::string checkpoint_damage(const std::filesystem::path& folder);

/// The step of the newest checkpoint that is not damaged, nothing if there are no checkpoints.
/// `use`, if given, reads it: an Error that is not of the user's or the system's making
/// (UsageError, SystemError) is damage, too. Damaged ones are passed over with a warning. Error
/// naming each and its reason if none can be used, or if one that is newer cannot be read: that is
/// not damage, so nobody goes back behind it.
std::optional<std::int64_t> find_checkpoint(
    const RunPaths& paths, const std::function<void(const std::filesystem::path&)>& use = {});

/// "the last good checkpoint is FOLDER" or that there is none, for the message of an error that
/// ends a run. Reads what it names; throws nothing.
std::string describe_last_checkpoint(const RunPaths& paths) noexcept;

/// Steps that have a checkpoint folder, damaged or not, newest first. Error if the folder cannot be
/// read; none if there is none.
std::vector<std::int64_t> checkpoint_steps(const RunPaths& paths);

/// Removes what interrupted saves and other writes have left in the run's folder, and puts back
/// what they had put aside.
void clear_interrupted_saves(const RunPaths& paths);

/// Error naming the file if it does not fit the model, or holds what no training leaves behind:
/// values that are not finite, negative second moments.
Checkpoint load_checkpoint(const std::filesystem::path& folder, const ModelConfig& config);

/// The folder with a model that a user means: `path` itself, the newest whole checkpoint if it is a
/// run's folder, or the one that RUN/checkpoints/best or .../latest names. A checkpoint is
/// verified. Error saying what was looked for.
std::filesystem::path find_model(const std::filesystem::path& path);

}  // namespace amt
