#include "temporary_folder.hpp"

#include <cstdlib>
#include <string>

#include "amt/base/error.hpp"

namespace amt::test {

TemporaryFolder::TemporaryFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "amt-test-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) throw system_error("cannot make a folder " + name);
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace amt::test
