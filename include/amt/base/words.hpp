// Enums whose values have names, for options, messages and files.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

namespace amt {

template <class E>
struct Word {
  const char* text;
  E value;
};

/// The names of an enum's values, one each, as users read and write them. Specialise it beside the
/// enum:
///   template <>
///   inline constexpr auto kWords<Split> = std::to_array<Word<Split>>({{"train", Split::kTrain}});
template <class E>
inline constexpr std::nullptr_t kWords = nullptr;

template <class E>
concept HasWords =
    std::is_enum_v<E> && !std::is_null_pointer_v<std::remove_cv_t<decltype(kWords<E>)>>;

template <HasWords E>
constexpr const char* word_of(E value) {
  for (const Word<E>& word : kWords<E>) {
    if (word.value == value) return word.text;
  }
  return "";
}

/// Returns the value with this name; nullopt if there is none.
template <HasWords E>
constexpr std::optional<E> value_of(std::string_view text) {
  for (const Word<E>& word : kWords<E>) {
    if (word.text == text) return word.value;
  }
  return std::nullopt;
}

/// Lists the names of all values: "cosine, linear or constant".
template <HasWords E>
std::string list_of_words() {
  std::string list;
  for (std::size_t i = 0; i < kWords<E>.size(); ++i) {
    if (i > 0) list += i + 1 == kWords<E>.size() ? " or " : ", ";
    list += kWords<E>[i].text;
  }
  return list;
}

}  // namespace amt
