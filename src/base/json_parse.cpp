// Builds a Tree from JSON text. The JSON library's own tree is not used, because it has no limits,
// accepts duplicate names (the last one counts), and words its errors differently.
#include <fmt/core.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "amt/base/error.hpp"
#include "amt/base/json.hpp"
#include "amt/base/strings.hpp"
#include "json_tree.hpp"

namespace amt::json {
namespace {

using Library = nlohmann::json;

constexpr int kNumberOutOfRange = 406;  // the library's number for this error

/// Formats a position, which counts from 1, as "line 3, column 7".
std::string line_and_column(std::string_view text, std::size_t position) {
  const std::string_view before = text.substr(0, position == 0 ? 0 : position - 1);
  const auto lines = std::ranges::count(before, '\n');
  const std::size_t newline = before.rfind('\n');
  const std::size_t line_start = newline == std::string_view::npos ? 0 : newline + 1;
  return fmt::format("line {}, column {}", lines + 1, before.size() - line_start + 1);
}

/// Receives the parser's events; throws at the first one that exceeds a limit.
class Builder : public Library::json_sax_t {
 public:
  Builder(Tree& tree, std::string_view text, const Limits& limits)
      : tree_(tree), text_(text), limits_(limits) {}

  bool null() override { return add(std::monostate()); }
  bool boolean(bool value) override { return add(value); }
  bool number_integer(std::int64_t value) override { return add(value); }
  bool number_unsigned(std::uint64_t value) override { return add(value); }
  bool number_float(double value, const std::string&) override { return add(value); }
  bool string(std::string& value) override { return add(std::move(value)); }
  bool binary(Library::binary_t&) override { return false; }  // JSON has no binary values
  bool start_object(std::size_t) override { return open(Object()); }
  bool start_array(std::size_t) override { return open(Array()); }
  bool key(std::string& name) override {
    name_ = std::move(name);
    return true;
  }
  bool end_object() override {
    sort_members(std::get<Object>(tree_.nodes[open_.back()].content));
    open_.pop_back();
    return true;
  }
  bool end_array() override {
    open_.pop_back();
    return true;
  }

  bool parse_error(std::size_t position, const std::string&,
                   const Library::exception& error) override {
    if (text_.empty()) throw Error(tree_.where + " is empty");
    const std::string at = line_and_column(text_, position);
    if (error.id == kNumberOutOfRange) {
      throw Error(fmt::format("{}: {}: the number is too large", tree_.where, at));
    }
    if (position > text_.size()) throw Error(fmt::format("{} is cut short at {}", tree_.where, at));
    throw Error(fmt::format("{}: {}: this is not JSON", tree_.where, at));
  }

 private:
  /// The conversion is safe because the number of values is limited.
  static NodeIndex count_of(const auto& values) { return static_cast<NodeIndex>(values.size()); }

  bool add(Content content) {
    if (tree_.nodes.size() == limits_.values) {
      throw Error(fmt::format("{} has more than {} values", tree_.where, limits_.values));
    }
    const NodeIndex node = count_of(tree_.nodes);
    tree_.nodes.push_back({0, 0, std::move(name_), std::move(content)});
    name_.clear();
    if (open_.empty()) return true;
    auto& siblings = children(tree_.nodes[open_.back()].content);
    tree_.nodes[node].parent = open_.back();
    tree_.nodes[node].position = count_of(siblings);
    siblings.push_back(node);
    return true;
  }

  bool open(Content content) {
    if (open_.size() == limits_.depth) {
      throw Error(fmt::format("{} is nested more than {} levels deep", tree_.where, limits_.depth));
    }
    add(std::move(content));
    open_.push_back(count_of(tree_.nodes) - 1);
    return true;
  }

  static std::vector<NodeIndex>& children(Content& content) {
    if (auto* array = std::get_if<Array>(&content)) return array->elements;
    return std::get<Object>(content).members;
  }

  void sort_members(Object& object) const {
    const auto name_of = [this](NodeIndex node) -> const std::string& {
      return tree_.nodes[node].name;
    };
    std::ranges::sort(object.members, {}, name_of);
    const auto twice = std::ranges::adjacent_find(object.members, {}, name_of);
    if (twice == object.members.end()) return;
    throw Error(fmt::format("{}: {} occurs twice", tree_.where, tree_.path_of(*twice)));
  }

  Tree& tree_;
  std::string_view text_;
  const Limits& limits_;
  std::vector<NodeIndex> open_;  // unfinished arrays and objects, outermost first
  std::string name_;             // name of the next member
};

}  // namespace

Value from_text(std::string_view text, const std::string& where, const Limits& limits) {
  if (text.size() > limits.bytes) {
    throw Error(fmt::format("{} has {} bytes, more than the limit of {}", where,
                            format_count(text.size()), format_count(limits.bytes)));
  }
  const auto tree = std::make_shared<Tree>();
  tree->where = where;
  Builder builder(*tree, text, limits);
  Library::sax_parse(text.begin(), text.end(), &builder);
  return Value(tree, 0);
}

}  // namespace amt::json
