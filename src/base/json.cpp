#include "amt/base/json.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "amt/base/error.hpp"
#include "amt/base/files.hpp"
#include "amt/base/strings.hpp"
#include "json_tree.hpp"

namespace amt::json {
namespace {

constexpr std::size_t kMaxShown = 60;      // characters of a string or a name in a message
constexpr std::size_t kMaxFileName = 255;  // NAME_MAX on all common file systems

struct Describe {
  std::string operator()(std::monostate) const { return "null"; }
  std::string operator()(bool value) const { return value ? "true" : "false"; }
  std::string operator()(std::uint64_t value) const { return std::to_string(value); }
  std::string operator()(std::int64_t value) const { return std::to_string(value); }
  std::string operator()(double value) const { return fmt::format("{:.6g}", value); }
  std::string operator()(const std::string& value) const {
    return fmt::format("'{}'", printable(value, kMaxShown));
  }
  std::string operator()(const Array& value) const {
    return fmt::format("an array of {} elements", value.elements.size());
  }
  std::string operator()(const Object&) const { return "an object"; }
};

const Content& content_of(const Tree& tree, NodeIndex node) { return tree.nodes[node].content; }

}  // namespace

std::string Tree::path_of(NodeIndex node) const {
  std::string path;
  for (; node != 0; node = nodes[node].parent) {
    const bool element = std::holds_alternative<Array>(nodes[nodes[node].parent].content);
    const std::string step = element ? fmt::format("[{}]", nodes[node].position)
                                     : "." + printable(nodes[node].name, kMaxShown);
    path.insert(0, step);
  }
  return path.starts_with('.') ? path.substr(1) : path;
}

void Value::fail(std::string_view problem) const {
  const std::string path = tree_->path_of(node_);
  throw Error(fmt::format("{}{}{} {}", tree_->where, path.empty() ? "" : ": ", path, problem));
}

void Value::refuse(std::string_view expected) const {
  fail(fmt::format("is {} but must be {}", std::visit(Describe(), content_of(*tree_, node_)),
                   expected));
}

bool Value::is_null() const {
  return std::holds_alternative<std::monostate>(content_of(*tree_, node_));
}

std::optional<Value> Value::find(std::string_view name) const {
  const auto* object = std::get_if<Object>(&content_of(*tree_, node_));
  if (object == nullptr) refuse("an object");
  const auto name_of = [this](NodeIndex node) -> std::string_view {
    return tree_->nodes[node].name;
  };
  const auto it = std::ranges::lower_bound(object->members, name, {}, name_of);
  if (it == object->members.end() || name_of(*it) != name) return std::nullopt;
  return Value(tree_, *it);
}

Value Value::at(std::string_view name) const {
  if (const auto value = find(name)) return *value;
  const std::string path = tree_->path_of(node_);
  throw Error(
      fmt::format("{}: {}{}{} is missing", tree_->where, path, path.empty() ? "" : ".", name));
}

std::vector<std::pair<std::string, Value>> Value::members() const {
  const auto* object = std::get_if<Object>(&content_of(*tree_, node_));
  if (object == nullptr) refuse("an object");
  std::vector<std::pair<std::string, Value>> all;
  all.reserve(object->members.size());
  for (const NodeIndex node : object->members) {
    all.emplace_back(tree_->nodes[node].name, Value(tree_, node));
  }
  return all;
}

std::vector<Value> Value::array(std::size_t most) const {
  const auto* array = std::get_if<Array>(&content_of(*tree_, node_));
  if (array == nullptr) refuse("an array");
  if (array->elements.size() > most) refuse(fmt::format("an array of at most {} elements", most));
  std::vector<Value> all;
  all.reserve(array->elements.size());
  for (const NodeIndex node : array->elements) all.push_back(Value(tree_, node));
  return all;
}

bool Value::boolean() const {
  const auto* value = std::get_if<bool>(&content_of(*tree_, node_));
  if (value == nullptr) refuse("true or false");
  return *value;
}

std::int64_t Value::wide_integer(std::int64_t least, std::int64_t most) const {
  const Content& content = content_of(*tree_, node_);
  const auto* above = std::get_if<std::uint64_t>(&content);
  const auto* below = std::get_if<std::int64_t>(&content);
  if (above != nullptr && std::in_range<std::int64_t>(*above)) {
    const std::int64_t value = *above;
    if (value >= least && value <= most) return value;
  }
  if (below != nullptr && *below >= least && *below <= most) return *below;
  refuse(fmt::format("a whole number from {} to {}", least, most));
}

std::uint64_t Value::count(std::uint64_t most) const {
  const auto* value = std::get_if<std::uint64_t>(&content_of(*tree_, node_));
  if (value == nullptr || *value > most) refuse(fmt::format("a whole number from 0 to {}", most));
  return *value;
}

double Value::number() const {
  const Content& content = content_of(*tree_, node_);
  if (const auto* value = std::get_if<double>(&content)) return *value;
  if (const auto* value = std::get_if<std::uint64_t>(&content)) return static_cast<double>(*value);
  if (const auto* value = std::get_if<std::int64_t>(&content)) return static_cast<double>(*value);
  refuse("a number");
}

std::string Value::text(std::size_t most) const {
  const auto* value = std::get_if<std::string>(&content_of(*tree_, node_));
  if (value == nullptr) refuse("a string");
  if (value->size() > most) refuse(fmt::format("a string of at most {} bytes", most));
  return *value;
}

std::string Value::file_name() const {
  const std::string name = text();
  if (!is_file_name(name)) refuse("the name of a file in the same folder");
  return name;
}

std::string Value::hex64() const {
  const std::string digits = text();
  const bool hexadecimal = digits.find_first_not_of("0123456789abcdef") == std::string::npos;
  if (digits.size() != 16 || !hexadecimal) refuse("16 hexadecimal digits");
  return digits;
}

bool is_file_name(std::string_view name) {
  const auto odd = [](unsigned char c) { return c == '/' || c < ' ' || c == 0x7f; };
  return !name.empty() && name.size() <= kMaxFileName && name != "." && name != ".." &&
         std::ranges::none_of(name, odd);
}

Value read(const std::filesystem::path& path, const Limits& limits) {
  return from_text(read_text(path, limits.bytes), path.string(), limits);
}

Value read_format(const std::filesystem::path& path, const Limits& limits, std::string_view format,
                  int version, std::string_view version_name) {
  const Value root = read(path, limits);
  const Value name = root.at("format");
  if (name.text() != format) name.refuse(fmt::format("'{}'", format));
  const std::uint64_t found = root.at(version_name).count();
  const std::string other =
      fmt::format("{} has format version {}, but this version of amt reads version {}",
                  path.string(), found, version);
  if (std::cmp_greater(found, version)) throw NewerFormat(other);
  if (std::cmp_less(found, version)) throw Error(other);
  return root;
}

}  // namespace amt::json
