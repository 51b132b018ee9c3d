#include "amt/optimizer/moment_exchange.hpp"

namespace amt {

void MomentExchange::collect(std::span<float> first, std::span<float> second) {
  collect(first, optimizer_.first_moment());
  collect(second, optimizer_.second_moment());
}

void MomentExchange::distribute(std::span<const float> first, std::span<const float> second) {
  distribute(first, optimizer_.first_moment());
  distribute(second, optimizer_.second_moment());
}

void MomentExchange::collect(std::span<float> host, float* moment) {
  const Slice mine = optimizer_.part();
  if (sliced_ != nullptr) {
    copy(sliced_->data + mine.begin, moment);
    reducer_.all_gather(*sliced_);
    reducer_.wait();
  }
  if (host.empty()) return;
  ops_.to_host(host.data(), sliced_ != nullptr ? sliced_->data : moment, host.size_bytes());
}

void MomentExchange::copy(float* to, const float* from) {
  const std::size_t bytes = optimizer_.part().count() * sizeof(float);
  ops_.copy_rows(to, bytes, from, bytes, bytes, 1);
}

void MomentExchange::distribute(std::span<const float> host, float* moment) {
  const Slice mine = optimizer_.part();
  float* all = sliced_ != nullptr ? sliced_->data : moment;
  if (!host.empty()) ops_.to_device(all, host.data(), host.size_bytes());
  reducer_.broadcast(all, sliced_ != nullptr ? sliced_->slices.count() : mine.count());
  if (sliced_ != nullptr) copy(moment, all + mine.begin);
}

}  // namespace amt
