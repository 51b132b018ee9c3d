#include "lfs_pointer.hpp"

#include <array>
#include <string_view>

#include "malformed.hpp"

namespace amt {

void refuse_pointer(const RegularFile& file) {
  constexpr std::string_view kBegin = "version https://git-lfs";
  std::array<char, kBegin.size()> begin{};
  if (file.size() < begin.size()) return;
  file.read_at(0, std::as_writable_bytes(std::span(begin)));
  if (std::string_view(begin.data(), begin.size()) != kBegin) return;
  throw Malformed("it is a Git LFS pointer, not the weights; run git lfs pull in its folder");
}

}  // namespace amt
