"""What is refused to those who build landing pages."""

from foundation.errors import Conflict, Invalid, NotFound


class PageUnreadable(Invalid):
    code = "page_unreadable"
    message = "A page has no place for this, or it is too long, or of another kind than it should be."


class UnknownBlock(Invalid):
    code = "unknown_block"
    message = "There is no kind of block “%(kind)s”."
    field = "blocks"


class BlockTwice(Invalid):
    code = "block_twice"
    message = "Variant %(variant)s has the block “%(kind)s” more than once."
    field = "blocks"


class BlockEmpty(Invalid):
    code = "block_empty"
    message = "Block %(number)s of variant %(variant)s says nothing yet. Fill it in or remove it."
    field = "blocks"


class AltMissing(Invalid):
    code = "alt_missing"
    message = "Say in words what the picture of block %(number)s of variant %(variant)s shows, for those who cannot see it."
    field = "blocks"


class FormBlockMissing(Invalid):
    code = "form_block_missing"
    message = "Variant %(variant)s has no form, so nobody could accept the invitation."
    field = "blocks"


class PageTooLong(Invalid):
    code = "page_too_long"
    message = "A page has at most %(most)s blocks."
    field = "blocks"


class VariantsAlike(Invalid):
    code = "variants_alike"
    message = "Variants A and B are the same, so there is nothing to compare."
    field = "share_b"


class AddressNotAllowed(Invalid):
    code = "address_not_allowed"
    message = "“%(address)s” is no address that we can lead people to. It has to begin with https://."
    field = "url"


class PictureUnreadable(Invalid):
    code = "picture_unreadable"
    message = "This is not a picture that we can read. Use a JPEG, PNG or WebP of at most 8 MB."
    field = "picture"


class PicturesTooHeavy(Invalid):
    code = "pictures_too_heavy"
    message = "The pictures of variant %(variant)s weigh %(kilobytes)s kB together. Use fewer: a phone loads at most 70 kB."
    field = "blocks"


class UnknownPicture(Invalid):
    code = "unknown_picture"
    message = "A picture of this page does not exist."
    field = "blocks"


class UnknownPageVersion(NotFound):
    code = "unknown_page_version"
    message = "This page has no such version."


class NoPage(Conflict):
    code = "no_page"
    message = "This campaign has no page of its own."
