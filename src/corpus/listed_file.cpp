#include "listed_file.hpp"

#include <fmt/core.h>

#include <utility>

#include "amt/base/error.hpp"

namespace amt {

ListedFile::ListedFile(std::filesystem::path path, std::uint64_t bytes) : file_(std::move(path)) {
  if (file_.size() == bytes) return;
  throw Error(fmt::format("cannot read {}: it changed since it was listed", file_.path().string()));
}

void ListedFile::read(std::span<std::byte> bytes) {
  file_.read_at(at_, bytes);
  at_ += bytes.size();
}

}  // namespace amt
