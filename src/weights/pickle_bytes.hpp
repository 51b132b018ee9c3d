// Reads the bytes of a pickle from front to back.
#pragma once

#include <fmt/core.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "malformed.hpp"

namespace amt {

/// Refers to the bytes without owning them. Every call throws Malformed if they end too early.
class PickleBytes {
 public:
  explicit PickleBytes(std::string_view bytes) : bytes_(bytes) {}

  std::size_t at() const { return at_; }

  [[noreturn]] void fail(const std::string& what) const {
    throw Malformed(fmt::format("its pickle cannot be used, at byte {}: {}", at_, what));
  }

  std::string_view take(std::uint64_t count) {
    if (count > bytes_.size() - at_) fail("it is cut off");
    const std::string_view taken = bytes_.substr(at_, count);
    at_ += count;
    return taken;
  }

  /// Reads a little-endian number.
  std::uint64_t number(int bytes) {
    std::uint64_t value = 0;
    const std::string_view raw = take(bytes);
    for (std::size_t i = raw.size(); i-- > 0;) value = value << 8 | (raw[i] & 0xFF);
    return value;
  }

  /// Reads up to the end of the line and skips it: the name of a module or a class.
  std::string_view line() {
    constexpr std::size_t kMost = 256;
    const std::size_t end = bytes_.substr(at_, kMost).find('\n');
    if (end == std::string_view::npos) fail("a name has no end");
    return take(end + 1).substr(0, end);
  }

 private:
  std::string_view bytes_;
  std::size_t at_ = 0;
};

}  // namespace amt
