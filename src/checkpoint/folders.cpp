#include "folders.hpp"

#include <fmt/core.h>

#include "amt/base/error.hpp"

namespace amt {
namespace {

namespace fs = std::filesystem;

/// Runs a file system operation that reports errors through an error_code.
template <class Operation>
void checked(const std::string& what, Operation operation) {
  std::error_code failed;
  operation(failed);
  if (failed) throw system_error("cannot " + what, failed);
}

}  // namespace

void create_folder(const fs::path& folder) {
  checked("create the folder " + folder.string(),
          [&](std::error_code& e) { fs::create_directory(folder, e); });
}

void remove_folder(const fs::path& folder) {
  checked("remove " + folder.string(), [&](std::error_code& e) { fs::remove_all(folder, e); });
}

void rename_folder(const fs::path& from, const fs::path& to) {
  checked(fmt::format("rename {} to {}", from.string(), to.string()),
          [&](std::error_code& e) { fs::rename(from, to, e); });
}

}  // namespace amt
