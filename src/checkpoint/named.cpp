#include "named.hpp"

#include <fmt/core.h>

#include "amt/base/error.hpp"
#include "amt/base/files.hpp"
#include "amt/checkpoint/checkpoint.hpp"

namespace amt {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMostBytes = 64;

/// Returns whether a path is named `latest` or `best`; it need not exist.
bool names_a_checkpoint(const fs::path& given) {
  const fs::path path = given.lexically_normal();
  const RunPaths run(path.parent_path().parent_path());
  return path == run.best() || path == run.latest();
}

}  // namespace

std::optional<std::int64_t> named_step(const fs::path& file) {
  if (!is_there(file)) return std::nullopt;
  std::error_code failed;
  if (fs::file_size(file, failed) > kMostBytes && !failed) return std::nullopt;
  std::string name = read_text(file, kMostBytes);
  if (name.ends_with('\n')) name.pop_back();
  return RunPaths::step_of(name);
}

fs::path follow_name(const fs::path& path) {
  std::error_code unknown;
  if (!names_a_checkpoint(path) || fs::is_directory(path, unknown)) return path;
  if (!is_there(path)) {
    throw Error(fmt::format("{} does not exist: a run creates it at its first {}", path.string(),
                            path.filename() == "best"
                                ? "validation with --checkpointer.keep_best true"
                                : "checkpoint"));
  }
  const auto step = named_step(path);
  if (!step) throw Error(fmt::format("{} does not name a checkpoint", path.string()));
  return path.parent_path() / RunPaths::step_name(*step);
}

std::optional<std::int64_t> best_step(const RunPaths& paths) { return named_step(paths.best()); }

void name_best(const RunPaths& paths, std::int64_t step) {
  name_checkpoint(paths, paths.best(), step);
}

std::optional<std::int64_t> verified_step(const RunPaths& paths) {
  return named_step(paths.verified());
}

void name_verified(const RunPaths& paths, std::int64_t step) {
  name_checkpoint(paths, paths.verified(), step);
}

void name_checkpoint(const RunPaths& paths, const fs::path& file, std::int64_t step) {
  const bool has_one = step > 0 && is_there(paths.step(step));
  if (has_one && named_step(file) != step) {
    write_file_atomically(file, RunPaths::step_name(step) + "\n");
  }
  std::error_code failed;
  if (!has_one) fs::remove(file, failed);
  if (failed) throw system_error("cannot remove " + file.string(), failed);
}

}  // namespace amt
