// The storages of a torch file, in the one format or the other.
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

  /// Calls visit(index, next) once for each storage that is wanted, in the order of the file;
  /// `next` gives the bytes of that storage, all of which must be taken. Malformed if the file does
  /// not have them as its list says.
  using Visit = std::function<void(std::size_t index, const NextBytes& next)>;
  virtual void visit(const std::vector<bool>& wanted, const Visit& visit) = 0;

 protected:
  StateDict dict_;
};

// A larger one would describe more tensors than any model has.
inline constexpr std::uint64_t kMaxPickleBytes = 16u << 20;

/// Each reads the dictionary and checks that the storages have the sizes that it says. The file
/// must outlive them. Malformed.
std::unique_ptr<TorchStorages> open_torch_zip(const RegularFile& file);
std::unique_ptr<TorchStorages> open_torch_legacy(const RegularFile& file);

}  // namespace amt
