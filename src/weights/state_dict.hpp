// Checks the dictionary of tensors that a pickle describes. Local.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "pickle.hpp"
#include "tensor_file.hpp"

namespace amt {

/// Bytes stored in the file beside the pickle; tensors are views of them.
struct TorchStorage {
  std::string key;
  TensorType type = TensorType::kF32;
  std::uint64_t elements = 0;

  std::uint64_t bytes() const { return elements * element_bytes(type); }
};

/// The arrangement of a tensor in its storage.
struct TensorPlace {
  enum class Order { kRows, kColumns, kOther };  ///< kOther: strides that amt does not support
  std::size_t storage = 0;
  std::uint64_t first = 0;  ///< index of its first element in the storage
  Order order = Order::kRows;
};

struct StateDict {
  std::vector<TorchStorage> storages;  ///< keys are unique
  std::vector<TensorEntry> tensors;    ///< names are unique; each is inside its storage
  std::vector<TensorPlace> places;     ///< one for each tensor
};

/// Interprets and checks a pickle. Throws Malformed naming the tensor and the problem.
StateDict read_state_dict(const Pickle& pickle);

}  // namespace amt
