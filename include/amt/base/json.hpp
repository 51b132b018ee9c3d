// The project's only JSON reader. It does not trust its input: it limits size, number of values and
// depth, parses in linear time (n log n in the members of an object), rejects duplicate names, and
// checks the type and range of every value that is used. Errors name the file and the member:
// "ds/manifest.json: splits.train.rows is -5 but must be a whole number from 0 to
// 9223372036854775807".
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
  std::uint64_t bytes = 1u << 20;  ///< length of the JSON text
  std::size_t depth = 16;          ///< nesting depth of arrays and objects
  std::size_t values = 1u << 16;   ///< values of any type, including arrays and objects
};

struct Tree;

/// A value in parsed JSON. Cheap to copy, because it shares ownership of the parsed tree. Every
/// accessor throws Error if the value has another type or is outside the requested range.
class Value {
 public:
  bool is_null() const;

  /// Returns a member of an object. Throws Error if it is missing.
  Value at(std::string_view name) const;
  /// As at(), but returns nullopt if the member is missing.
  std::optional<Value> find(std::string_view name) const;
  /// Returns all members of an object, in the order of their names.
  std::vector<std::pair<std::string, Value>> members() const;
  /// Returns all elements of an array.
  std::vector<Value> array(std::size_t most = std::numeric_limits<std::size_t>::max()) const;

  bool boolean() const;
  /// Returns a whole number: accepts 5, but neither 5.0 nor "5".
  template <std::signed_integral T>
  T integer(std::type_identity_t<T> least, T most) const {
    return static_cast<T>(wide_integer(least, most));
  }
  std::uint64_t count(std::uint64_t most = std::numeric_limits<std::int64_t>::max()) const;
  double number() const;  ///< whole or fractional, always finite
  std::string text(std::size_t most = 4096) const;
  std::string file_name() const;  ///< a string for which is_file_name() holds
  std::string hex64() const;      ///< a string of 16 hexadecimal digits

  /// Throws Error "FILE: MEMBER is VALUE but must be EXPECTED".
  [[noreturn]] void refuse(std::string_view expected) const;
  /// Throws Error "FILE: MEMBER PROBLEM".
  [[noreturn]] void fail(std::string_view problem) const;

 private:
  std::int64_t wide_integer(std::int64_t least, std::int64_t most) const;
  friend Value from_text(std::string_view, const std::string&, const Limits&);
  Value(std::shared_ptr<const Tree> tree, std::uint32_t node)
      : tree_(std::move(tree)), node_(node) {}

  std::shared_ptr<const Tree> tree_;
  std::uint32_t node_;
};

/// Returns whether `name` is printable and can name a file without a path.
bool is_file_name(std::string_view name);

/// Parses JSON in memory; `where` is its name in errors.
Value from_text(std::string_view text, const std::string& where, const Limits& limits);

/// Parses a file. Also throws Error if the file cannot be read.
Value read(const std::filesystem::path& path, const Limits& limits = {});

/// Parses a file whose members "format" and `version_name` must equal `format` and `version`.
/// Throws Error for another format or an older version, NewerFormat for a newer one.
Value read_format(const std::filesystem::path& path, const Limits& limits, std::string_view format,
                  int version, std::string_view version_name = "version");

}  // namespace amt::json
