// The values of one JSON text, as its parser leaves them and amt/base/json.hpp shows them.
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
  std::vector<NodeIndex> members;  // in the order of their names, each name once
};

/// A whole number is unsigned unless it is negative; one that fits neither type is a double.
using Content = std::variant<std::monostate, bool, std::uint64_t, std::int64_t, double, std::string,
                             Array, Object>;

struct Node {
  NodeIndex parent = 0;    // the root is its own
  NodeIndex position = 0;  // among its parent's values as they are written
  std::string name;        // as a member of an object
  Content content;
};

struct Tree {
  std::string where;        // what messages call the text
  std::vector<Node> nodes;  // the root first, a value before what is in it

  /// "splits.train.shards[3].rows"; "" of the root.
  std::string path_of(NodeIndex node) const;
};

}  // namespace amt::json
