#include <fmt/core.h>

#include <algorithm>
#include <cerrno>
#include <functional>

#include "amt/base/error.hpp"
#include "amt/base/files.hpp"
#include "amt/base/large_pages.hpp"
#include "amt/checkpoint/checkpoint.hpp"
#include "amt/model/difference.hpp"
#include "amt/process/log.hpp"
#include "amt/weights/hugging_face.hpp"
#include "manifest.hpp"
#include "moments_file.hpp"
#include "named.hpp"

namespace amt {
namespace {

namespace fs = std::filesystem;

std::string damage_of_file(const fs::path& path, const CheckpointFile& recorded) {
  const std::string name = path.filename().string();
  const std::uint64_t bytes = bytes_of(path);  // first: hashing a far too long file is slow
  if (bytes != recorded.bytes) {
    return fmt::format("{} has {} bytes instead of {}", name, bytes, recorded.bytes);
  }
  const bool same = describe_file(path).hash == recorded.hash;
  return same ? "" : name + " does not have the recorded hash";
}

std::string damage_of(const CheckpointPaths& paths) {
  const CheckpointManifest manifest = read_checkpoint_manifest(paths.manifest());
  if (RunPaths::step_of(fs::absolute(paths.folder).filename().string()).value_or(manifest.step) !=
      manifest.step) {
    return fmt::format("it is the checkpoint of step {}", manifest.step);
  }
  for (const fs::path& file : {paths.model(), paths.config(), paths.optimizer(), paths.state()}) {
    const auto recorded = manifest.files.find(file.filename().string());
    if (recorded == manifest.files.end()) {
      return "its checkpoint.json does not list " + file.filename().string();
    }
    const std::string damage = damage_of_file(file, recorded->second);
    if (!damage.empty()) return damage;
  }
  const auto average = manifest.files.find(kAverage);
  if (average != manifest.files.end()) {
    const std::string damage = damage_of_file(paths.average().model(), average->second);
    if (!damage.empty()) return "in its average, " + damage;
  }
  const std::int64_t step = read_training_state(paths.state()).step;
  if (step != manifest.step) return fmt::format("its state.json belongs to step {}", step);
  return "";
}

/// Returns the damage that `error` reports; must be called in its handler. Rethrows errors that do
/// not concern the checkpoint's contents (missing permissions, a failing disk, a newer version).
std::string damage_in(const Error& error) {
  const auto* system = dynamic_cast<const SystemError*>(&error);
  const bool missing =
      system != nullptr && (system->number() == ENOENT || system->number() == ENOTDIR);
  const bool says_nothing = (system != nullptr && !missing) ||
                            dynamic_cast<const NewerFormat*>(&error) != nullptr ||
                            dynamic_cast<const UsageError*>(&error) != nullptr;
  if (says_nothing) throw;
  return error.what();
}

enum class Condition : std::uint8_t { kUsed, kDamaged, kUnreadable };

struct Finding {
  Condition condition = Condition::kUsed;
  std::string reason;
};

Finding try_to_use(const fs::path& folder, const std::function<void(const fs::path&)>& use) {
  try {
    std::string damage = checkpoint_damage(folder);
    if (!damage.empty()) return {Condition::kDamaged, std::move(damage)};
    if (use) use(folder);
    return {};
  } catch (const UsageError&) {
    throw;
  } catch (const Error& error) {
    try {
      return {Condition::kDamaged, damage_in(error)};
    } catch (const Error&) {
      return {Condition::kUnreadable, error.what()};
    }
  }
}

/// Lists as many faults as fit in one line.
std::string list_of(const std::vector<std::string>& faults) {
  constexpr std::size_t kShown = 8;
  std::string list;
  for (std::size_t i = 0; i < std::min(faults.size(), kShown); ++i) {
    list += (i == 0 ? "" : ", ") + faults[i];
  }
  return faults.size() <= kShown
             ? list
             : fmt::format("{} and {} older ones", list, faults.size() - kShown);
}

[[noreturn]] void refuse(const RunPaths& paths, const std::vector<std::string>& faults,
                         const std::string& good) {
  const std::string folder = paths.checkpoints().string();
  if (good.empty()) {
    throw Error(
        fmt::format("none of the checkpoints in {} can be used: {}; nothing was changed: make one "
                    "readable or restore a copy, or start again in another --trainer.run_dir",
                    folder, list_of(faults)));
  }
  throw Error(
      fmt::format("the newest of the checkpoints in {} cannot be read: {}; make it readable, or "
                  "move it away to resume from {}",
                  folder, list_of(faults), good));
}

}  // namespace

std::string checkpoint_damage(const fs::path& folder) {
  try {
    return damage_of(CheckpointPaths{folder});
  } catch (const Error& error) {
    return damage_in(error);
  }
}

std::vector<std::int64_t> checkpoint_steps(const RunPaths& paths) {
  std::vector<std::int64_t> steps;
  std::error_code failed;
  fs::directory_iterator entry(paths.checkpoints(), failed);
  if (failed == std::errc::no_such_file_or_directory || failed == std::errc::not_a_directory) {
    return steps;
  }
  for (; !failed && entry != fs::directory_iterator(); entry.increment(failed)) {
    const auto step = RunPaths::step_of(entry->path().filename().string());
    std::error_code unknown;  // ignored: reading the checkpoint will report the error
    const bool other = !entry->is_directory(unknown) && !unknown;
    if (step && !other) steps.push_back(*step);
  }
  if (failed) throw system_error("cannot read the folder " + paths.checkpoints().string(), failed);
  std::ranges::sort(steps, std::greater<>());
  return steps;
}

std::optional<std::int64_t> find_checkpoint(const RunPaths& paths,
                                            const std::function<void(const fs::path&)>& use) {
  std::vector<std::string> faults;
  bool go_back = true;
  for (const std::int64_t step : checkpoint_steps(paths)) {
    const Finding found = try_to_use(paths.step(step), go_back ? use : nullptr);
    if (found.condition == Condition::kUsed && go_back) {
      for (const std::string& fault : faults) {
        log_warning(fmt::format("skipped a damaged checkpoint in {}: {}",
                                paths.checkpoints().string(), fault));
      }
      return step;
    }
    if (found.condition == Condition::kUsed) refuse(paths, faults, RunPaths::step_name(step));
    if (found.condition == Condition::kUnreadable) go_back = false;
    faults.push_back(fmt::format("{} ({})", RunPaths::step_name(step), found.reason));
  }
  if (!faults.empty()) refuse(paths, faults, "");
  return std::nullopt;
}

std::string describe_last_checkpoint(const RunPaths& paths) noexcept try {
  for (const std::int64_t step : checkpoint_steps(paths)) {
    if (!checkpoint_damage(paths.step(step)).empty()) continue;
    return fmt::format("the last good checkpoint is {}", paths.step(step).string());
  }
  return "there is no good checkpoint";
} catch (const std::exception&) {
  return "the checkpoints cannot be read";
}

Checkpoint load_checkpoint(const fs::path& folder, const ModelConfig& config) {
  const CheckpointPaths paths{folder};
  Checkpoint checkpoint;
  HuggingFaceModel model(folder);
  if (const auto difference = recorded_difference(model.config(), config)) {
    throw Error(
        fmt::format("{} contains a different model from the configured one: its {} is {}, not {}",
                    folder.string(), difference->key, difference->before, difference->now));
  }
  const std::size_t total = model.layout().total();
  for (auto* values :
       {&checkpoint.parameters, &checkpoint.first_moment, &checkpoint.second_moment}) {
    *values = large_vector(total);
  }
  model.read(checkpoint.parameters);
  read_moments(paths.optimizer(), model.layout(), checkpoint.first_moment,
               checkpoint.second_moment);
  checkpoint.state = read_training_state(paths.state());
  if (checkpoint.state.averaged > 0) {
    checkpoint.average = large_vector(total);
    HuggingFaceModel(paths.average().folder).read(checkpoint.average);
  }
  return checkpoint;
}

fs::path find_model(const fs::path& given) {
  const fs::path path = follow_name(given);
  const CheckpointPaths paths{path};
  const RunPaths run(path);
  if (const auto step = find_checkpoint(run)) return run.step(*step);
  if (is_there(run.checkpoints())) {
    throw Error(fmt::format("{} has no checkpoint yet", run.checkpoints().string()));
  }
  if (!is_there(paths.config())) {  // HuggingFaceModel will look for the weights
    throw missing_config(path);
  }
  // A folder exported for Hugging Face has no manifest; a checkpoint always has one.
  const std::string damage = is_there(paths.manifest()) ? checkpoint_damage(path) : "";
  if (!damage.empty()) throw Error(fmt::format("{} is damaged: {}", path.string(), damage));
  return path;
}

}  // namespace amt
