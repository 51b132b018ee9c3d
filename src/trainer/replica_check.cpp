#include "amt/trainer/replica_check.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <vector>

#include "amt/base/hash.hpp"
#include "amt/collective/odd_ranks.hpp"

namespace amt {
namespace {

constexpr std::int64_t kPieceFloats = 1 << 16;  // 256 KiB: hashed while it is still in the cache

std::vector<Vote> votes_for(const std::vector<std::uint64_t>& hashes) {
  std::vector<Vote> votes;
  for (const std::uint64_t hash : hashes) votes.push_back({static_cast<int>(votes.size()), hash});
  return votes;
}

}  // namespace

std::uint64_t hash_floats(Ops& ops, const float* data, std::int64_t count) {
  std::vector<float> piece(std::min(count, kPieceFloats));
  Xxh3 hash;
  for (std::int64_t at = 0; at < count; at += kPieceFloats) {
    const std::span now(piece.data(), std::min(count - at, kPieceFloats));
    ops.to_host(now.data(), data + at, now.size_bytes());
    hash.update(std::as_bytes(now));
  }
  return hash.digest();
}

void ReplicaCheck::compare(std::int64_t step, std::span<const Replica> replicas) {
  if (ranks_.size() == 1 || step == equal_step_) return;
  for (const Replica& replica : replicas) {
    const std::uint64_t mine = hash_floats(ops_, replica.data, replica.count);
    const std::vector<Vote> votes = votes_for(ranks_.all_gather_value(mine));
    require_no_odd_ranks(ranks_, odd_ranks(votes),
                         fmt::format("the ranks' {} differ after step {}", replica.name, step),
                         equal_step_);
  }
  equal_step_ = step;
}

}  // namespace amt
