// The attributes of a dataset's HDF5 files, listed once for writing and checking.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "amt/corpus/split.hpp"
#include "amt/dataset/manifest.hpp"

namespace amt {

/// The number of a shard among the shards of its split.
struct ShardNumber {
  std::size_t shard = 0, shards = 0;
};

/// Calls visit(name, value) for each attribute in the order of writing; a value is a
/// std::string_view or a std::uint64_t.
template <class Visit>
void visit_attributes(const Manifest& dataset, Split split,
                      const std::optional<ShardNumber>& number, const Visit& visit) {
  const auto integer = [&visit](const char* name, std::uint64_t value) { visit(name, value); };
  integer("format_version", dataset.format_version);
  visit("encoding", std::string_view(dataset.encoding->name));
  integer("vocabulary", dataset.vocabulary);
  integer("context_length", dataset.context_length);
  visit("split", std::string_view(split_name(split)));
  if (number) {
    integer("shard", number->shard);
    integer("shards", number->shards);
  }
  integer("seed", dataset.seed);
  integer("augment", dataset.augment);
  integer("prefix_digits", dataset.prefix_digits);
}

}  // namespace amt
