// Streams elements from a file to tensors.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>

#include "tensor_file.hpp"

namespace amt {

/// A tensor within a contiguous run of elements.
struct Destination {
  const TensorEntry* tensor = nullptr;
  std::uint64_t first = 0;  ///< its first element in the run
  bool transposed = false;  ///< has two dimensions and is stored column by column
  TensorRequest request;    ///< out.size() == tensor->elements
};

/// Fills `out` with the next bytes of a run, or throws.
using NextBytes = std::function<void(std::span<std::byte> out)>;

/// Reads a run of `elements` from `next` to its end, in pieces of about 100 KiB, and passes each
/// destination its part; all destinations must be inside the run. Throws Malformed naming a tensor
/// that should equal another one but differs.
void stream_elements(TensorType type, std::uint64_t elements, const NextBytes& next,
                     std::span<const Destination> destinations);

/// Throws Malformed unless the request matches the tensor.
void check_request(const TensorEntry& tensor, const TensorRequest& request);

}  // namespace amt
