// Streams elements of a file into tensors.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>

#include "tensor_file.hpp"

namespace amt {

/// A tensor within a run of elements.
struct Destination {
  const TensorEntry* tensor = nullptr;
  std::uint64_t first = 0;  ///< its first element in the run
  bool transposed = false;  ///< it has two dimensions and lies in the run column by column
  TensorRequest request;    ///< out.size() == tensor->elements
};

/// The next bytes of a run; it fills `out` or throws.
using NextBytes = std::function<void(std::span<std::byte> out)>;

/// Reads a run of `elements` from `next` in pieces of some 100 KiB, the whole of it, and gives each
/// destination, all of which lie inside the run, its share. Malformed naming a tensor that was to
/// be compared and differs.
void stream_elements(TensorType type, std::uint64_t elements, const NextBytes& next,
                     std::span<const Destination> destinations);

/// Malformed unless the request fits the tensor.
void check_request(const TensorEntry& tensor, const TensorRequest& request);

}  // namespace amt
