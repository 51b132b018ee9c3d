#include "rejected_list.hpp"

#include <fmt/core.h>

#include <string>

#include "amt/base/error.hpp"
#include "amt/base/files.hpp"
#include "amt/dataset/paths.hpp"
#include "summary.hpp"

namespace amt {
namespace {

namespace fs = std::filesystem;

/// Returns whether a list may be written to this path: nothing exists there, or only an earlier
/// list, recognised by its header.
bool is_free(const fs::path& path) try {
  std::error_code failed;
  if (fs::symlink_status(path, failed).type() == fs::file_type::not_found) return true;
  return read_text(path).starts_with(rejected_text({}));
} catch (const Error&) {  // not a file, or not readable
  return false;
}

}  // namespace

fs::path write_rejected_list(const fs::path& dataset, const std::vector<Rejection>& rejections) {
  const fs::path name = dataset_name(dataset);
  const fs::path ending = fs::path(kRejectedFile).extension();
  const std::string base =
      fmt::format("{}.{}", name.string(), fs::path(kRejectedFile).stem().string());
  fs::path path = base + ending.string();
  for (int i = 2; !is_free(path); ++i) path = fmt::format("{}-{}{}", base, i, ending.string());
  write_file_atomically(path, rejected_text(rejections));
  return path;
}

}  // namespace amt
