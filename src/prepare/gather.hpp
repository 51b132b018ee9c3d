// Gathers the results of all ranks of a preprocessing job on rank 0.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <type_traits>
#include <vector>

#include "amt/base/error.hpp"
#include "amt/corpus/corpus.hpp"
#include "amt/mpi/communicator.hpp"

namespace amt {

/// Collective. Returns all ranks' items, in rank order, on rank 0; empty elsewhere.
template <class T>
requires std::is_trivially_copyable_v<T> std::vector<T> gather_items(
    const mpi::Communicator& communicator, const std::vector<T>& items) {
  const std::string bytes(reinterpret_cast<const char*>(items.data()), items.size() * sizeof(T));
  std::vector<T> all;
  for (const std::string& part : communicator.gather(bytes, 0)) {
    const std::size_t count = part.size() / sizeof(T), at = all.size();
    all.resize(at + count);
    std::memcpy(all.data() + at, part.data(), count * sizeof(T));
  }
  return all;
}

/// Concatenates strings, each preceded by its length.
std::string pack_strings(const std::vector<std::string>& strings);
std::vector<std::string> unpack_strings(const std::string& bytes);

std::string pack_rejections(const std::vector<Rejection>& rejections);
std::vector<Rejection> unpack_rejections(const std::string& bytes);

/// Collective. Returns all ranks' rejections on rank 0; empty elsewhere.
std::vector<Rejection> gather_rejections(const mpi::Communicator& communicator,
                                         const std::vector<Rejection>& mine);

}  // namespace amt
