#include "output_check.hpp"

#include <fmt/core.h>

#include <filesystem>
#include <vector>

#include "amt/base/error.hpp"
#include "amt/dataset/paths.hpp"
#include "dataset_place.hpp"

namespace amt {
namespace {

namespace fs = std::filesystem;

/// Returns an absolute path without links, as far as it exists.
fs::path resolved(const fs::path& path) {
  std::error_code failed;
  const fs::path whole = fs::weakly_canonical(fs::absolute(path), failed);
  return failed ? fs::absolute(path).lexically_normal() : whole;
}

bool is_same(const fs::path& a, const fs::path& b) {
  std::error_code absent;  // a mount can give a folder two names
  return a == b || fs::equivalent(a, b, absent);
}

/// Returns whether `path` is `folder` or is inside it.
bool lies_in(fs::path path, const fs::path& folder) {
  while (!is_same(path, folder)) {
    if (path == path.parent_path()) return false;
    path = path.parent_path();
  }
  return true;
}

void require_outside(const char* what, const std::string& path, const fs::path& place) {
  if (path.empty() || !lies_in(resolved(path), resolved(place))) return;
  throw UsageError(
      fmt::format("{}{} is in {}, which amt prepare clears or replaces; choose another name", what,
                  path, place.string()));
}

void require_apart(const PrepareOptions& options) {
  const fs::path dataset = dataset_name(options.dataset);
  const fs::path corpus = resolved(options.corpus);
  for (const fs::path& place : {dataset, partial_path(dataset), replaced_path(dataset)}) {
    require_outside("the corpus ", options.corpus, place);
    require_outside("--text ", options.text, place);
    require_outside("--compound ", options.compound, place);
  }
  if (lies_in(resolved(dataset), corpus)) {
    throw UsageError(fmt::format("DATASET {} is in the corpus {}; choose a name outside it",
                                 options.dataset, options.corpus));
  }
  for (const std::string& extra : {options.text, options.compound}) {
    if (extra.empty() || !is_same(resolved(extra), corpus)) continue;
    throw UsageError(fmt::format(
        "the text files cannot be written to the corpus {}; choose a folder other than {}",
        options.corpus, extra));
  }
}

}  // namespace

void check_output(const PrepareOptions& options) {
  require_apart(options);  // first, because its errors name the actual cause
  check_dataset_place(dataset_name(options.dataset), options.overwrite);
}

}  // namespace amt
