// The storages of a torch file in either format.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "amt/base/regular_file.hpp"
#include "element_stream.hpp"
#include "state_dict.hpp"

namespace amt {

class TorchStorages {
 public:
  virtual ~TorchStorages() = default;
  const StateDict& dict() const { return dict_; }

  /// Calls visit(index, next) once for each wanted storage, in file order; `next`
  /// delivers the bytes of that storage, all of which must be read. Throws Malformed if the file's
  /// contents do not match its list of storages.
  using Visit = std::function<void(std::size_t index, const NextBytes& next)>;
  virtual void visit(const std::vector<bool>& wanted, const Visit& visit) = 0;

 protected:
  StateDict dict_;
};

// A larger pickle would describe more tensors than any model has.
inline constexpr std::uint64_t kMaxPickleBytes = 16u << 20;

/// Both read the dictionary and check that the storages have the stated sizes. The file must
/// outlive the result. Throws Malformed if the file is invalid.
std::unique_ptr<TorchStorages> open_torch_zip(const RegularFile& file);
std::unique_ptr<TorchStorages> open_torch_legacy(const RegularFile& file);

}  // namespace amt
