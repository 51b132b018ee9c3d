// The one reader of JSON. A text is hostile until it is read: its bytes, values and depth are
// bounded, it takes linear time (n log n in the names of an object), a name that comes twice is
// refused, and a value is believed only as far as its accessor asks. Errors name the file and the
// member, in our words: "ds/manifest.json: splits.train.rows is -5, it must be a whole number from
// 0 to 9223372036854775807".
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace amt::json {

struct Limits {
  std::uint64_t bytes = 1u << 20;  ///< of the text
  std::size_t depth = 16;          ///< of arrays and objects within each other
  std::size_t values = 1u << 16;   ///< of any type, arrays and objects included
};

struct Tree;

/// One value of a text that has been read; keeps the whole text's values alive. Cheap to copy.
/// Every accessor is an Error if the value is of another type or outside of what is asked for.
class Value {
 public:
  bool is_null() const;

  /// A member of an object; Error if it is missing.
  Value at(std::string_view name) const;
  /// The same, nothing if it is missing.
  std::optional<Value> find(std::string_view name) const;
  /// All members of an object, in the order of their names.
  std::vector<std::pair<std::string, Value>> members() const;
  /// All elements of an array.
  std::vector<Value> array(std::size_t most = std::numeric_limits<std::size_t>::max()) const;

  bool boolean() const;
  /// Whole numbers: 5, but not 5.0 and not "5".
  template <std::signed_integral T>
  T integer(std::type_identity_t<T> least, T most) const {
    return static_cast<T>(wide_integer(least, most));
  }
  std::uint64_t count(std::uint64_t most = std::numeric_limits<std::int64_t>::max()) const;
  double number() const;  ///< whole or not, always finite
  std::string text(std::size_t most = 4096) const;
  std::string file_name() const;  ///< a text that is_file_name
  std::string hex64() const;      ///< a text of 16 hexadecimal digits

  /// Error "FILE: MEMBER is VALUE, it must be EXPECTED".
  [[noreturn]] void refuse(std::string_view expected) const;
  /// Error "FILE: MEMBER PROBLEM".
  [[noreturn]] void fail(std::string_view problem) const;

 private:
  std::int64_t wide_integer(std::int64_t least, std::int64_t most) const;
  friend Value from_text(std::string_view, const std::string&, const Limits&);
  Value(std::shared_ptr<const Tree> tree, std::uint32_t node)
      : tree_(std::move(tree)), node_(node) {}

  std::shared_ptr<const Tree> tree_;
  std::uint32_t node_;
};

/// Whether something of this name in a folder lies in that folder, and a terminal can show it.
bool is_file_name(std::string_view name);

/// Of a text in memory; errors call it `where`.
Value from_text(std::string_view text, const std::string& where, const Limits& limits);

/// Of a file. Error if it cannot be read, too.
Value read(const std::filesystem::path& path, const Limits& limits = {});

/// Of a file whose members "format" and `version_name` say that it is `format` of `version`; Error
/// if it is something else or of another version, NewerFormat if of a newer one.
Value read_format(const std::filesystem::path& path, const Limits& limits, std::string_view format,
                  int version, std::string_view version_name = "version");

}  // namespace amt::json
