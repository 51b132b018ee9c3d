#include <algorithm>

#include "amt/base/error.hpp"
#include "amt/base/files.hpp"
#include "amt/base/strings.hpp"
#include "amt/train/checkpoint.hpp"
#include "amt/weights/hugging_face.hpp"
#include "checkpoint_manifest.hpp"
#include "moments_file.hpp"

namespace amt {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kRollingKept = 2;

/// Runs a file system operation that reports through an error_code.
template <class Operation>
void checked(const std::string& what, Operation operation) {
  std::error_code failed;
  operation(failed);
  if (failed) throw Error(str_cat("cannot ", what, ": ", failed.message()));
}

void write_manifest(const CheckpointPaths& paths, std::int64_t step, Keep keep) {
  CheckpointManifest manifest;
  manifest.step = step;
  manifest.for_good = keep == Keep::kForGood;
  for (const fs::path& file : {paths.model(), paths.config(), paths.optimizer(), paths.state()}) {
    manifest.files[file.filename().string()] = describe_file(file);
  }
  write_file_atomically(paths.manifest(), to_json(manifest));
}

/// Puts a complete folder in its place. What has that name already is a damaged checkpoint that the
/// run went back behind, or the same checkpoint.
void publish(const fs::path& partial, const fs::path& final) {
  checked("remove " + final.string(), [&](std::error_code& e) { fs::remove_all(final, e); });
  checked(str_cat("rename ", partial.string(), " to ", final.string()),
          [&](std::error_code& e) { fs::rename(partial, final, e); });
  fsync_path(final.parent_path());
}

bool is_rolling(const fs::path& folder) {
  try {
    return !read_checkpoint_manifest(CheckpointPaths{folder}.manifest()).for_good;
  } catch (const Error&) {
    return false;  // not readable, so not ours to remove
  }
}

void remove_old_rolling(const RunPaths& paths, std::int64_t newest) {
  std::size_t rolling = 0;
  for (const std::int64_t step : checkpoint_steps(paths)) {
    if (step > newest || !is_rolling(paths.step(step))) continue;
    if (++rolling <= kRollingKept) continue;
    checked("remove " + paths.step(step).string(),
            [&](std::error_code& e) { fs::remove_all(paths.step(step), e); });
  }
}

void write_files(const CheckpointPaths& files, const ModelConfig& config,
                 const ParameterLayout& layout, const Checkpoint& checkpoint, Keep keep) {
  write_hugging_face(files, config, layout, checkpoint.parameters);
  write_moments(files.optimizer(), layout, checkpoint.first_moment, checkpoint.second_moment);
  write_file_atomically(files.state(), to_json(checkpoint.state));
  write_manifest(files, checkpoint.state.step, keep);
}

}  // namespace

void save_checkpoint(const RunPaths& paths, const ModelConfig& config,
                     const ParameterLayout& layout, const Checkpoint& checkpoint, Keep keep) {
  const std::int64_t step = checkpoint.state.step;
  const CheckpointPaths partial{paths.partial(step)};
  checked("remove " + partial.folder.string(),
          [&](std::error_code& e) { fs::remove_all(partial.folder, e); });
  checked("make the folder " + partial.folder.string(),
          [&](std::error_code& e) { fs::create_directories(partial.folder, e); });
  try {
    write_files(partial, config, layout, checkpoint, keep);
  } catch (...) {
    std::error_code ignored;  // a full disk must not stay full of what nobody can use
    fs::remove_all(partial.folder, ignored);
    throw;
  }
  publish(partial.folder, paths.step(step));
  write_file_atomically(paths.latest(), RunPaths::step_name(step) + "\n");
  remove_old_rolling(paths, step);
}

void remove_partial_checkpoints(const RunPaths& paths) {
  if (!fs::is_directory(paths.checkpoints())) return;
  for (const fs::directory_entry& entry : fs::directory_iterator(paths.checkpoints())) {
    const std::string name = entry.path().filename().string();
    if (!name.ends_with(RunPaths::kPartial)) continue;
    if (!RunPaths::step_of(name.substr(0, name.size() - std::string(RunPaths::kPartial).size()))) {
      continue;
    }
    checked("remove " + name, [&](std::error_code& e) { fs::remove_all(entry.path(), e); });
  }
}

}  // namespace amt
