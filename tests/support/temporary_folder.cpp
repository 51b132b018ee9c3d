#include "temporary_folder.hpp"

#include <unistd.h>

#include <cstdlib>
#include <string>

#include "amt/base/error.hpp"

namespace amt::test {
namespace {

/// Environment variable with a folder of this process and the process's id: "PID PATH".
constexpr const char* kVariable = "AMT_TEST_FOLDER";

std::string owner() { return std::to_string(getpid()) + " "; }

/// A death test's child creates the folders of its fixture again and dies without removing them, so
/// they are made inside a folder of its parent, which does.
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
