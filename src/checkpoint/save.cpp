#include <fmt/core.h>

#include <algorithm>

#include "amt/base/error.hpp"
#include "amt/base/exchange_names.hpp"
#include "amt/base/files.hpp"
#include "amt/base/hash.hpp"
#include "amt/base/temporary_files.hpp"
#include "amt/checkpoint/checkpoint.hpp"
#include "amt/weights/hugging_face.hpp"
#include "folders.hpp"
#include "manifest.hpp"
#include "moments_file.hpp"

namespace amt {
namespace {

namespace fs = std::filesystem;

constexpr const char* kPutAside = ".old.partial";

/// Renames a complete folder to the name of another, which is removed. One of the two always has
/// the name, except on file systems that cannot exchange names, where a kill may leave the old one
/// moved aside.
void replace(const fs::path& partial, const fs::path& final) {
  fs::path old = partial;
  if (!exchange_names(partial, final)) {
    old = final;
    old += kPutAside;
    rename_folder(final, old);
    rename_folder(partial, final);
  }
  fsync_path(final.parent_path());
  remove_folder(old);
}

/// Gives a complete folder its final name. If a folder of that name exists, it is a damaged
/// checkpoint that was skipped when the run resumed, or the same checkpoint.
void publish(const fs::path& partial, const fs::path& final) {
  if (fs::exists(fs::symlink_status(final))) return replace(partial, final);
  rename_folder(partial, final);
  fsync_path(final.parent_path());
}

bool is_rolling(const fs::path& folder) {
  try {
    return !read_checkpoint_manifest(CheckpointPaths{folder}.manifest()).permanent;
  } catch (const Error&) {
    return false;  // unreadable, so it is kept
  }
}

void remove_old_rolling(const RunPaths& paths, std::int64_t newest, std::int64_t keep_last) {
  const std::optional<std::int64_t> best = best_step(paths), verified = verified_step(paths);
  std::int64_t rolling = 0;
  for (const std::int64_t step : checkpoint_steps(paths)) {
    if (step > newest || !is_rolling(paths.step(step))) continue;
    if (++rolling <= keep_last || step == best || step == verified) continue;
    remove_folder(paths.step(step));
  }
}

/// Returns N if `name` has the form "step-N" followed by `ending`.
std::optional<std::int64_t> step_before(const std::string& ending, const std::string& name) {
  if (!name.ends_with(ending)) return std::nullopt;
  return RunPaths::step_of(name.substr(0, name.size() - ending.size()));
}

/// Removes a folder that an interrupted save has left, or moves it back if it is the old
/// checkpoint, moved aside.
void clear_interrupted_save(const RunPaths& paths, const fs::path& path) {
  const std::string name = path.filename().string();
  if (step_before(RunPaths::kPartial, name)) return remove_folder(path);
  const auto step = step_before(kPutAside, name);
  if (!step) return;
  if (fs::exists(paths.step(*step))) return remove_folder(path);
  rename_folder(path, paths.step(*step));
}

CheckpointFile described(const fs::path& file, std::uint64_t hash) {
  return {bytes_of(file), hex64(hash)};
}

void write_files(const CheckpointPaths& files, const ModelConfig& config,
                 const ParameterLayout& layout, const Checkpoint& checkpoint, Keep keep) {
  const std::uint64_t model = write_hugging_face(files, config, layout, checkpoint.parameters);
  const std::uint64_t moments =
      write_moments(files.optimizer(), layout, checkpoint.first_moment, checkpoint.second_moment);
  write_file_atomically(files.state(), to_json(checkpoint.state));
  CheckpointManifest manifest;
  manifest.step = checkpoint.state.step;
  manifest.permanent = keep == Keep::kPermanent;
  const auto add = [&manifest](const fs::path& file, const CheckpointFile& description) {
    manifest.files[file.filename().string()] = description;
  };
  add(files.model(), described(files.model(), model));
  add(files.optimizer(), described(files.optimizer(), moments));
  if (!checkpoint.average.empty()) {
    make_folders(files.average().folder);
    const std::uint64_t average =
        write_hugging_face(files.average(), config, layout, checkpoint.average);
    manifest.files[kAverage] = described(files.average().model(), average);
  }
  for (const fs::path& small : {files.config(), files.state()}) add(small, describe_file(small));
  write_file_atomically(files.manifest(), to_json(manifest));
}

}  // namespace

void save_checkpoint(const RunPaths& paths, const ModelConfig& config,
                     const ParameterLayout& layout, const Checkpoint& checkpoint, Keep keep,
                     bool is_best, std::int64_t keep_last) {
  const std::int64_t step = checkpoint.state.step;
  const CheckpointPaths partial{paths.partial(step)};
  remove_folder(partial.folder);
  create_folder(partial.folder);
  try {
    write_files(partial, config, layout, checkpoint, keep);
  } catch (...) {
    std::error_code ignored;  // an unusable folder should not occupy the disk
    fs::remove_all(partial.folder, ignored);
    throw;
  }
  publish(partial.folder, paths.step(step));
  write_file_atomically(paths.latest(), RunPaths::step_name(step) + "\n");
  if (is_best) name_best(paths, step);
  remove_old_rolling(paths, step, keep_last);
}

void clear_interrupted_saves(const RunPaths& paths) {
  for (const fs::path& folder : {paths.run(), paths.checkpoints(), paths.tensorboard()}) {
    remove_stale_temporaries(folder);
  }
  std::error_code failed;
  std::vector<fs::path> found;  // collected first, because folders are renamed
  for (fs::directory_iterator entry(paths.checkpoints(), failed), end; !failed && entry != end;
       entry.increment(failed)) {
    found.push_back(entry->path());
  }
  if (failed && failed != std::errc::no_such_file_or_directory) {
    throw system_error("cannot read the folder " + paths.checkpoints().string(), failed);
  }
  for (const fs::path& path : found) clear_interrupted_save(paths, path);
}

}  // namespace amt
