// The values of one parsed JSON text, as built by the parser and read through amt/base/json.hpp.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace amt::json {

using NodeIndex = std::uint32_t;

struct Array {
  std::vector<NodeIndex> elements;
};

struct Object {
  std::vector<NodeIndex> members;  // sorted by name, without duplicates
};

/// A whole number is unsigned unless it is negative; one that fits neither integer type is a
/// double.
using Content = std::variant<std::monostate, bool, std::uint64_t, std::int64_t, double, std::string,
                             Array, Object>;

struct Node {
  NodeIndex parent = 0;    // 0 for the root itself
  NodeIndex position = 0;  // among its parent's values, in text order
  std::string name;        // empty unless the parent is an object
  Content content;
};

struct Tree {
  std::string where;        // the name of the JSON text in messages
  std::vector<Node> nodes;  // the root first, every value before its children

  /// Returns a value's path: "splits.train.shards[3].rows"; "" for the root.
  std::string path_of(NodeIndex node) const;
};

}  // namespace amt::json
