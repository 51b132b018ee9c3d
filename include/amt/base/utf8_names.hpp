// Names that are UTF-8, for libraries that ask the locale what letters there are.
#pragma once

#include <locale.h>

namespace amt {

/// In the locale "C", libarchive loses a zip archive's names that are marked as UTF-8. For this
/// thread and the object's life, the locale is one that knows UTF-8.
class Utf8Names {
 public:
  Utf8Names() : locale_(::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr)) {
    if (locale_ != nullptr) before_ = ::uselocale(locale_);
  }
  ~Utf8Names() {
    if (locale_ == nullptr) return;
    ::uselocale(before_);
    ::freelocale(locale_);
  }
  Utf8Names(const Utf8Names&) = delete;
  Utf8Names& operator=(const Utf8Names&) = delete;

 private:
  locale_t locale_;
  locale_t before_ = nullptr;
};

}  // namespace amt
