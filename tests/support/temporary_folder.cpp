#include "temporary_folder.hpp"

#include <unistd.h>

#include <cstdlib>
#include <string>

#include "amt/base/error.hpp"

namespace amt::test {
namespace {

/// Environment variable that contains this process's id and a folder of it: "PID PATH".
constexpr const char* kVariable = "AMT_TEST_FOLDER";

std::string owner() { return std::to_string(getpid()) + " "; }

/// Returns where to create folders. The child of a death test creates its fixture's folders again
/// and dies without removing them, so they are created inside a folder that its parent removes.
std::filesystem::path place() {
  const char* const set = std::getenv(kVariable);
  const std::string outer = set == nullptr ? "" : set;
  if (outer.empty() || outer.starts_with(owner())) return std::filesystem::temp_directory_path();
  const std::filesystem::path folder = outer.substr(outer.find(' ') + 1);
  return is_directory(folder) ? folder : std::filesystem::temp_directory_path();
}

}  // namespace

TemporaryFolder::TemporaryFolder() {
  std::string name = (place() / "amt-test-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) throw system_error("cannot create a folder " + name);
  path_ = name;
  setenv(kVariable, (owner() + name).c_str(), 1);
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace amt::test
