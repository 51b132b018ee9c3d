#include "amt/tokens/encoding.hpp"

namespace amt {
namespace {

constexpr std::array kEncodings = {&kArrival, &kInterarrival};

template <class Value, class Member>
const Encoding* find_by(Member Encoding::*member, const Value& value) {
  for (const Encoding* encoding : kEncodings) {
    if (encoding->*member == value) return encoding;
  }
  return nullptr;
}

}  // namespace

std::span<const Encoding* const> encodings() { return kEncodings; }

const Encoding* find_encoding(std::string_view name) { return find_by(&Encoding::name, name); }

const Encoding* find_encoding_of_size(int vocabulary) {
  return find_by(&Encoding::vocabulary, vocabulary);
}

std::string encoding_names() {
  std::string names;
  for (const Encoding* encoding : kEncodings) {
    names += (names.empty() ? "" : " or ") + std::string(encoding->name);
  }
  return names;
}

}  // namespace amt
