#include "amt/base/hash.hpp"

#include <openssl/evp.h>
#include <unistd.h>
#include <xxhash.h>

#include <array>
#include <cerrno>
#include <vector>

#include "amt/base/activity.hpp"
#include "amt/base/error.hpp"
#include "amt/base/files.hpp"

namespace amt {
namespace {

EVP_MD_CTX* md5_of(void* p) { return static_cast<EVP_MD_CTX*>(p); }
XXH3_state_t* state_of(void* p) { return static_cast<XXH3_state_t*>(p); }

}  // namespace

Md5::Md5() : context_(EVP_MD_CTX_new()) {
  if (context_ == nullptr) throw std::bad_alloc();
  if (EVP_DigestInit_ex(md5_of(context_), EVP_md5(), nullptr) == 1) return;
  EVP_MD_CTX_free(md5_of(context_));
  throw Error(
      "OpenSSL does not provide MD5 here (FIPS mode?), but amt needs it to identify the corpus's "
      "files");
}

Md5::~Md5() { EVP_MD_CTX_free(md5_of(context_)); }

void Md5::update(std::span<const std::byte> bytes) {
  EVP_DigestUpdate(md5_of(context_), bytes.data(), bytes.size());
  note_progress();
}

std::string Md5::hex() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  EVP_DigestFinal_ex(md5_of(context_), digest.data(), &size);
  constexpr char kDigits[] = "0123456789abcdef";
  std::string hex;
  for (unsigned int i = 0; i < size; ++i) {
    hex += kDigits[digest[i] >> 4];
    hex += kDigits[digest[i] & 15];
  }
  return hex;
}

std::string md5_hex(std::span<const std::byte> bytes) {
  Md5 hash;
  hash.update(bytes);
  return hash.hex();
}

std::uint64_t xxh3_64(std::span<const std::byte> bytes) {
  return XXH3_64bits(bytes.data(), bytes.size());
}

Xxh3::Xxh3() : state_(XXH3_createState()) {
  if (state_ == nullptr) throw std::bad_alloc();
  XXH3_64bits_reset(state_of(state_));
}

Xxh3::~Xxh3() { XXH3_freeState(state_of(state_)); }

void Xxh3::update(std::span<const std::byte> bytes) {
  XXH3_64bits_update(state_of(state_), bytes.data(), bytes.size());
  note_progress();
}

std::uint64_t Xxh3::digest() const { return XXH3_64bits_digest(state_of(state_)); }

std::uint64_t xxh3_64_file(const std::filesystem::path& path) {
  const Descriptor file = open_regular_file(path);
  Xxh3 hash;
  std::vector<std::byte> piece(1 << 20);
  for (;;) {
    const ssize_t n = ::read(file.get(), piece.data(), piece.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw system_error("cannot read " + path.string());
    if (n == 0) return hash.digest();
    hash.update(std::span(piece).first(n));
  }
}

std::string hex64(std::uint64_t value) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string hex(16, '0');
  for (std::size_t i = 16; i-- > 0; value >>= 4) hex[i] = kDigits[value & 15];
  return hex;
}

}  // namespace amt
