#include "amt/run/folder.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "amt/base/error.hpp"
#include "amt/base/files.hpp"
#include "amt/base/temporary_files.hpp"
#include "amt/charts/html.hpp"
#include "amt/dataset/paths.hpp"

namespace amt {
namespace {

namespace fs = std::filesystem;

constexpr const char* kAnother = "give another --trainer.run_dir";
// Files of jobs/submit.sh and jobs/requeue.sh, of file systems, and files that users start a run
// with.
constexpr std::array<std::string_view, 7> kHarmless = {
    "jobs", "requeues", "suspect-hosts", "in-use", "algorithms.json", "lost+found", ".snapshot"};
constexpr std::array<std::string_view, 5> kHarmlessEndings = {".ini", ".log", ".out", ".err",
                                                              ".csv"};

bool is_harmless(const std::string& name) {
  return std::ranges::find(kHarmless, name) != kHarmless.end() || name.starts_with(".nfs") ||
         is_temporary_name(name) ||
         std::ranges::any_of(kHarmlessEndings,
                             [&](std::string_view ending) { return name.ends_with(ending); });
}

/// Returns whether the file is an amt report. If a job's folder is moved while it runs, the job
/// leaves nothing else there.
bool is_own_report(const fs::path& path) {
  if (!fs::is_regular_file(fs::symlink_status(path))) return false;
  return is_html_page(read_text(path));
}

/// Returns the names in a folder; none if it does not exist.
std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code failed;
  for (fs::directory_iterator entry(folder, failed), end; !failed && entry != end;
       entry.increment(failed)) {
    names.push_back(entry->path().filename().string());
  }
  if (failed == std::errc::no_such_file_or_directory) return {};
  if (failed == std::errc::not_a_directory) {
    throw UsageError(fmt::format("{} is not a folder; {}", folder.string(), kAnother));
  }
  if (failed) throw system_error("cannot read the folder " + folder.string(), failed);
  std::ranges::sort(names);
  return names;
}

/// Returns whether there are files that only amt train writes.
bool has_a_run(const RunPaths& paths, const std::vector<std::string>& names) {
  const auto has = [&](const fs::path& path) {
    return std::ranges::find(names, path.filename().string()) != names.end();
  };
  return has(paths.checkpoints()) || (has(paths.facts()) && has(paths.metrics()));
}

/// Returns the path with all links resolved, as far as it exists.
fs::path real_path(const fs::path& path) {
  std::error_code failed;
  fs::path real = fs::weakly_canonical(fs::absolute(path), failed);
  if (failed) throw system_error("cannot read " + path.string(), failed);
  return real.has_filename() ? real : real.parent_path();  // for a path such as "folder/"
}

bool is_within(const fs::path& path, const fs::path& folder) {
  const auto [in_folder, in_path] = std::ranges::mismatch(folder, path);
  return in_folder == folder.end();
}

}  // namespace

void check_run_folder(const RunPaths& paths, const fs::path& dataset) {
  const std::string run = paths.run().string();
  const std::vector<std::string> names = names_in(paths.run());
  if (std::ranges::find(names, kManifestFile) != names.end()) {
    throw UsageError(fmt::format("{} is a dataset: it has a {}; {}", run, kManifestFile, kAnother));
  }
  if (is_within(real_path(paths.run()), real_path(dataset))) {
    throw UsageError(fmt::format("{} is in the dataset {}; {}", run, dataset.string(), kAnother));
  }
  if (has_a_run(paths, names)) return;
  const auto foreign = std::ranges::find_if_not(names, [&](const std::string& name) {
    return is_harmless(name) ||
           (paths.run() / name == paths.report() && is_own_report(paths.report()));
  });
  if (foreign == names.end()) return;
  throw UsageError(fmt::format(
      "{} has files that amt train did not write, such as {}; {}: a folder that is new or empty",
      run, *foreign, kAnother));
}

}  // namespace amt
