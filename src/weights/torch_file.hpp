// Reads files that torch.save wrote for a model's state dict, such as pytorch_model.bin. There are
// two formats:
// - since torch 1.6 a zip archive: X/data.pkl is a pickle of the dictionary, in which each tensor
//   refers to a storage by its key; X/data/KEY has the bytes of that storage, not compressed;
// - before that, four pickles (a magic number, the protocol 1001, facts about the machine, the
//   dictionary), a pickle with the list of keys, and for each key 8 bytes with the number of
//   elements (little endian) followed by the elements.
// The pickles are read as data (src/weights/pickle.hpp); nothing in them is run. Not supported:
// pickled modules and anything else that needs code, big-endian files, TorchScript. All calls are
// local.
#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <vector>

#include "amt/base/regular_file.hpp"
#include "tensor_file.hpp"

namespace amt {

class TorchStorages;

/// An open file. Besides the tensors' names and shapes it holds pieces of about 100 KiB in memory.
/// In a zip archive, the checksum of every storage that is used is verified; the old format has
/// none. Not thread-safe.
class TorchFile : public TensorFile {
 public:
  /// Throws an Error naming the file and the problem.
  explicit TorchFile(const std::filesystem::path& path);
  ~TorchFile() override;

  const std::filesystem::path& path() const override { return file_.path(); }
  const std::vector<TensorEntry>& tensors() const override;
  void read(std::span<const TensorRequest> requests) override;

 private:
  RegularFile file_;
  std::unique_ptr<TorchStorages> storages_;
};

}  // namespace amt
