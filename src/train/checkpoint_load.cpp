#include <algorithm>
#include <functional>

#include "amt/base/error.hpp"
#include "amt/base/files.hpp"
#include "amt/base/log.hpp"
#include "amt/base/strings.hpp"
#include "amt/train/checkpoint.hpp"
#include "amt/weights/hugging_face.hpp"
#include "checkpoint_manifest.hpp"
#include "moments_file.hpp"

namespace amt {
namespace {

namespace fs = std::filesystem;

std::string damage_of_file(const fs::path& path, const CheckpointFile& recorded) {
  const CheckpointFile found = describe_file(path);
  const std::string name = path.filename().string();
  if (found.bytes != recorded.bytes) {
    return str_cat(name, " has ", found.bytes, " bytes instead of ", recorded.bytes);
  }
  return found.hash == recorded.hash ? "" : name + " does not have the recorded hash";
}

std::string damage_of(const CheckpointPaths& paths) {
  const CheckpointManifest manifest = read_checkpoint_manifest(paths.manifest());
  if (RunPaths::step_of(fs::absolute(paths.folder).filename().string()).value_or(manifest.step) !=
      manifest.step) {
    return str_cat("it is the checkpoint of step ", manifest.step);
  }
  for (const fs::path& file : {paths.model(), paths.config(), paths.optimizer(), paths.state()}) {
    const auto recorded = manifest.files.find(file.filename().string());
    if (recorded == manifest.files.end()) {
      return "its checkpoint.json does not list " + file.filename().string();
    }
    const std::string damage = damage_of_file(file, recorded->second);
    if (!damage.empty()) return damage;
  }
  return "";
}

}  // namespace

std::string checkpoint_damage(const fs::path& folder) {
  try {
    return damage_of(CheckpointPaths{folder});
  } catch (const Error& error) {
    return error.what();
  }
}

std::vector<std::int64_t> checkpoint_steps(const RunPaths& paths) {
  std::vector<std::int64_t> steps;
  if (!fs::is_directory(paths.checkpoints())) return steps;
  for (const fs::directory_entry& entry : fs::directory_iterator(paths.checkpoints())) {
    const auto step = RunPaths::step_of(entry.path().filename().string());
    if (step && entry.is_directory()) steps.push_back(*step);
  }
  std::ranges::sort(steps, std::greater<>());
  return steps;
}

std::optional<std::int64_t> find_checkpoint(const RunPaths& paths) {
  for (const std::int64_t step : checkpoint_steps(paths)) {
    const std::string damage = checkpoint_damage(paths.step(step));
    if (damage.empty()) return step;
    log_warning(str_cat("checkpoint ", paths.step(step).string(), " is damaged (", damage,
                        "); going back to the one before it"));
  }
  return std::nullopt;
}

std::string describe_last_checkpoint(const RunPaths& paths) noexcept try {
  for (const std::int64_t step : checkpoint_steps(paths)) {
    if (!checkpoint_damage(paths.step(step)).empty()) continue;
    return str_cat("the last good checkpoint is ", paths.step(step).string());
  }
  return "there is no good checkpoint";
} catch (const std::exception&) {
  return "the checkpoints cannot be read";
}

Checkpoint load_checkpoint(const fs::path& folder, const ParameterLayout& layout) {
  const CheckpointPaths paths{folder};
  Checkpoint checkpoint;
  HuggingFaceModel model(folder);
  if (model.layout().total() != layout.total()) {
    throw Error(str_cat(folder.string(), " holds a model of another size than the configured one"));
  }
  const auto total = static_cast<std::size_t>(layout.total());
  for (auto* values :
       {&checkpoint.parameters, &checkpoint.first_moment, &checkpoint.second_moment}) {
    values->resize(total);
  }
  model.read(checkpoint.parameters);
  read_moments(paths.optimizer(), layout, checkpoint.first_moment, checkpoint.second_moment);
  checkpoint.state = read_training_state(paths.state());
  return checkpoint;
}

fs::path find_model(const fs::path& path) {
  const CheckpointPaths paths{path};
  const RunPaths run(path);
  if (fs::is_directory(run.checkpoints())) {
    const auto step = find_checkpoint(run);
    if (!step) throw Error(str_cat(run.checkpoints().string(), " holds no whole checkpoint"));
    return run.step(*step);
  }
  if (!fs::exists(paths.config())) {  // HuggingFaceModel looks for the weights
    throw missing_config(path);
  }
  // A folder exported for Hugging Face has no manifest; one of ours always has.
  const std::string damage = fs::exists(paths.manifest()) ? checkpoint_damage(path) : "";
  if (!damage.empty()) throw Error(str_cat(path.string(), " is damaged: ", damage));
  return path;
}

}  // namespace amt
