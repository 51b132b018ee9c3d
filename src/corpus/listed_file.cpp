#include "listed_file.hpp"

#include <utility>

#include "amt/base/error.hpp"
#include "amt/base/strings.hpp"

namespace amt {

ListedFile::ListedFile(std::filesystem::path path, std::uint64_t bytes) : file_(std::move(path)) {
  if (file_.size() == bytes) return;
  throw Error(str_cat("cannot read ", file_.path().string(), ": it changed since it was listed"));
}

void ListedFile::read(std::span<std::byte> bytes) {
  file_.read_at(at_, bytes);
  at_ += bytes.size();
}

}  // namespace amt
