#include "golden.hpp"

#include <zlib.h>

#include <array>
#include <cstdlib>
#include <memory>

#include "amt/base/error.hpp"
#include "amt/base/files.hpp"

namespace amt::test {
namespace {

std::filesystem::path from_environment(const char* variable, const char* fallback) {
  const char* value = std::getenv(variable);
  return value != nullptr ? std::filesystem::path(value)
                          : std::filesystem::path(AMT_TEST_DATA) / fallback;
}

}  // namespace

std::filesystem::path golden_dir() { return from_environment("AMT_GOLDEN_DIR", "golden"); }

std::filesystem::path golden_model_dir() {
  return from_environment("AMT_GOLDEN_MODEL_DIR", "golden/model");
}

std::string read_golden(const std::filesystem::path& path) {
  if (path.extension() != ".gz") return read_text(path);
  const std::unique_ptr<gzFile_s, int (*)(gzFile)> file(gzopen(path.c_str(), "rb"), gzclose);
  if (!file) throw system_error("cannot open " + path.string());
  std::string text;
  std::array<char, 65536> piece{};
  for (;;) {
    const int n = gzread(file.get(), piece.data(), piece.size());
    if (n < 0) throw Error("damaged gzip file " + path.string());
    if (n == 0) return text;
    text.append(piece.data(), static_cast<std::size_t>(n));
  }
}

}  // namespace amt::test
